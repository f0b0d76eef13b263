/** Whom to ring when it matters: rescue first, then who holds the posts of this community, then the offices. */

import { h } from "../dom";
import { isEnglish, t, type Word } from "../words";
import { screen, type App } from "./frame";

interface Contact { name: string; phone: string }

/** One line of a community's contact card. */
interface Held { address: string; place: string; group: string; post: string; post_en: string; name: string; phone: string; organisation: string }

const RESCUE: [Word, string][] = [["ambulance", "120"], ["police", "110"], ["fire", "119"]];

export async function contacts(app: App): Promise<HTMLElement> {
  const [offices, held] = await Promise.all([app.session.patch.rows<Contact>("contacts"), app.session.patch.rows<Held>("command.card")]);
  const places = [...new Set(held.map((row) => row.address))];
  return screen(app, t("contacts"),
    h("section", {}, h("h2", {}, t("rescue")), h("div", { class: "pair" }, ...RESCUE.map(([word, number]) =>
      h("a", { class: "button warn", href: `tel:${number}` }, t(word))))),
    ...places.map((place) => card(held.filter((row) => row.address === place))),
    offices.length > 0 && h("section", { class: "card" }, h("h2", {}, t("offices")),
      ...offices.map((row) => call(row.name, "", row.phone))),
    offices.length + held.length === 0 && h("p", { class: "hint" }, t("no_contacts")));
}

function card(rows: Held[]): HTMLElement {
  return h("section", { class: "card" }, h("h2", {}, t("card_title", { p: rows[0]!.place })),
    ...rows.map((row) => call(isEnglish() ? row.post_en : row.post, `${row.name} ${row.organisation}`.trim(), row.phone)));
}

/** One number to press: whose it is stands on the button. */
function call(title: string, who: string, phone: string): HTMLElement {
  return h("a", { class: "button second call", href: `tel:${phone}` }, h("b", {}, title), who !== "" && h("span", {}, who), h("span", {}, t("ring", { p: phone })));
}
