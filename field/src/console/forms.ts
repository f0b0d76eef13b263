/** Forms that take something away say what will happen, and to how many, before they do it. */
export function confirmBeforeSending(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const button = (event as SubmitEvent).submitter as HTMLElement | null;
    const question = button?.dataset.confirm ?? form.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
    else if (!event.defaultPrevented) lockAgainstSecondPress(form);
  });
}

function lockAgainstSecondPress(form: HTMLFormElement): void {
  if (form.hasAttribute("hx-post") || form.method === "get") return;
  window.setTimeout(() => {
    form.querySelectorAll<HTMLButtonElement>("button[type=submit]").forEach((button) => {
      button.disabled = true;
      window.setTimeout(() => { button.disabled = false; }, 4000);
    });
  }, 0);
}

/** `data-toggle="id"` opens and closes an element; `data-print` prints; a select with `data-go` follows its choice. */
export function toggleOnClick(): void {
  document.addEventListener("click", (event) => {
    const source = (event.target as HTMLElement).closest<HTMLElement>("[data-toggle], [data-print]");
    if (!source) return;
    if (source.hasAttribute("data-print")) window.print();
    const target = document.getElementById(source.dataset.toggle ?? "");
    if (!target) return;
    target.hidden = !target.hidden;
    source.setAttribute("aria-expanded", String(!target.hidden));
    if (!target.hidden) target.querySelector<HTMLElement>("input, textarea, select, a")?.focus();
  });
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLElement;
    if (field.matches("[data-go]")) (field.closest("form") as HTMLFormElement).requestSubmit();
  });
}
