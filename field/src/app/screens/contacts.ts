import { h } from "../dom";
import { t } from "../words";
import { screen, type App } from "./frame";

interface Contact { name: string; phone: string }

/** Whom to ring, the nearest office first. */
export async function contacts(app: App): Promise<HTMLElement> {
  const rows = await app.session.patch.rows<Contact>("contacts");
  return screen(app, t("contacts"), h("p", { class: "hint" }, t("no_contacts").slice(rows.length ? t("no_contacts").indexOf("。") + 1 : 0)),
    ...["110", "120", "119"].map((number) => h("a", { class: "button second", href: `tel:${number}` }, t("ring", { p: number }))),
    ...rows.map((row) => h("section", { class: "card" }, h("h2", {}, row.name),
      h("a", { class: "button second", href: `tel:${row.phone}` }, t("ring", { p: row.phone })))));
}
