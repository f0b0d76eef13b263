const PREFIX = "draft:";

/** What is typed into a form with `data-draft` stays on this device until it has been sent. */
export function keepDrafts(): void {
  const sent = new URLSearchParams(window.location.search).get("sent");
  if (sent) localStorage.removeItem(PREFIX + sent);
  document.querySelectorAll<HTMLFormElement>("form[data-draft]").forEach(restore);
  document.addEventListener("input", (event) => {
    const form = (event.target as HTMLElement).closest<HTMLFormElement>("form[data-draft]");
    if (form) localStorage.setItem(PREFIX + form.dataset.draft, JSON.stringify(contentOf(form)));
  });
}

function contentOf(form: HTMLFormElement): Record<string, string> {
  const content: Record<string, string> = {};
  new FormData(form).forEach((value, name) => {
    if (typeof value === "string" && name !== "csrfmiddlewaretoken") content[name] = value;
  });
  return content;
}

function restore(form: HTMLFormElement): void {
  const kept = localStorage.getItem(PREFIX + form.dataset.draft);
  if (!kept) return;
  for (const [name, value] of Object.entries(JSON.parse(kept) as Record<string, string>)) {
    const field = form.elements.namedItem(name);
    if (field instanceof RadioNodeList) field.value = value;
    else if (field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio")) field.checked = field.value === value;
    else if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) {
      if (!field.value) field.value = value;
    }
  }
}
