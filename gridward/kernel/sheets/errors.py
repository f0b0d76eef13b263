"""Why a whole file cannot be taken, or an import cannot go on."""

from django.utils.translation import gettext_lazy as _

from gridward.kernel.errors import AppError


class FileTooLarge(AppError):
    """More bytes than may be uploaded."""

    code = "file_too_large"
    status = 413
    message = _("The file has %(megabytes)s MB; at most %(most)s MB can be taken. Split it into several files.")


class FileUnpacksTooLarge(AppError):
    """A small file that unpacks into a huge one."""

    code = "file_unpacks_too_large"
    status = 413
    message = _("The file unpacks to more than %(most)s MB. Copy the cells into a new workbook and save that.")


class TooManyCells(AppError):
    """More rows or columns than one import takes, or cells strewn far apart."""

    code = "too_many_cells"
    status = 413
    message = _("The sheet reaches %(rows)s rows and %(columns)s columns; at most %(most_rows)s and %(most_columns)s "
                "can be taken. Delete stray cells far outside the table, or split the file.")  # fmt: skip


class UnknownFormat(AppError):
    """Neither a workbook nor a text table."""

    code = "unknown_format"
    status = 415
    message = _("This is not a spreadsheet. Save it as .xlsx or .csv and upload that.")


class BrokenWorkbook(AppError):
    """A workbook that cannot be read."""

    code = "broken_workbook"
    status = 422
    message = _("The workbook is damaged and cannot be read. Open it in Excel or WPS and save it anew as .xlsx.")


class LockedWorkbook(AppError):
    """A workbook under a password."""

    code = "locked_workbook"
    status = 422
    message = _("The workbook is locked with a password. Save it without one and upload that.")


class BrokenText(AppError):
    """A text table whose quotes do not close."""

    code = "broken_text"
    status = 422
    message = _("The table cannot be read from line %(line)s on: a quotation mark is not closed. Mend it there.")


class UnknownEncoding(AppError):
    """Bytes in none of the encodings that can be told apart for certain."""

    code = "unknown_encoding"
    status = 422
    message = _("The text is neither UTF-8 nor GB18030 (the first byte that does not fit is number %(byte)s). "
                "Save it as “CSV UTF-8” or .xlsx.")  # fmt: skip


class EmptySheet(AppError):
    """A table without rows."""

    code = "empty_sheet"
    status = 422
    message = _("There are no rows in this sheet. Check that you chose the right file.")


class HeaderMissing(AppError):
    """No row looks like a header, or a required column is not among its titles."""

    code = "header_missing"
    status = 422
    message = _("No column is named %(columns)s. Name it so in the header row, or say which column it is.")


class ColumnTwice(AppError):
    """Two columns of the sheet go by one title."""

    code = "column_twice"
    status = 422
    message = _("Columns %(first)s and %(second)s are both “%(title)s”. Rename or delete one of them.")


class UnknownSheet(AppError):
    """No register of this name."""

    code = "unknown_sheet"
    status = 404
    message = _("There is no register “%(sheet)s”. There are: %(sheets)s.")


class BadRowsLeft(AppError):
    """All-or-nothing was asked for, and some rows are bad."""

    code = "bad_rows_left"
    status = 409
    message = _("%(bad)s rows have errors, so nothing was imported. Mend them, or import the good rows only.")


class ChangedSincePreview(AppError):
    """The register changed so that rows that were good are so no longer."""

    code = "changed_since_preview"
    status = 409
    message = _("The register has changed since the preview. Nothing was imported: look at a new preview first.")


class NotExportable(AppError):
    """A register that is only taken in."""

    code = "not_exportable"
    status = 404
    message = _("This register is not given out as a sheet.")


class FileForgotten(AppError):
    """The uploaded file was deleted after its time."""

    code = "file_forgotten"
    status = 410
    message = _("The uploaded file has been deleted since. Upload it again.")


class ImportOver(AppError):
    """The import is applied or turned down already."""

    code = "import_over"
    status = 409
    message = _("This import is over already. Upload the file again to start anew.")
