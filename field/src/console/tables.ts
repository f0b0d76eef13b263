const LONG_LETTERS = 12;

/** Name each cell after its column, so that a narrow screen can show a row as a card. */
export function nameCells(): void {
  nameAll();
  document.addEventListener("htmx:afterSettle", nameAll);
}

function nameAll(): void {
  document.querySelectorAll<HTMLTableElement>("table.table:not(.is-cards)").forEach((table) => {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent?.trim() ?? "");
    if (heads.length < 3) return;
    table.classList.add("is-cards");
    for (const row of table.tBodies[0]?.rows ?? []) {
      [...row.cells].forEach((cell, at) => {
        cell.dataset.name = heads[at] ?? "";
        const content = cell.textContent?.trim() ?? "";
        if (content === "" && cell.childElementCount === 0) cell.textContent = "";
        cell.classList.toggle("is-long", content.length > LONG_LETTERS);
      });
    }
  });
}
