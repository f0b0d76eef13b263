"""The field's side of the web: the sync protocol over HTTP, the pages about devices and conflicts, the app's shell."""
