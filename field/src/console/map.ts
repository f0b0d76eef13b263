import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { LngLatBounds, Map as MapView, Marker, NavigationControl, Popup, setWorkerUrl, type GeoJSONSource, type MapLayerMouseEvent } from "maplibre-gl";
import type { Feature, FeatureCollection, Position } from "geojson";
import { addAreas, addPoints, addThings, emptyStyle } from "./layers";
import { addSigns, showLegend } from "./signs";
import { word } from "./words";

const BELOW_COMMUNITY = "0000000";
const REFRESH_MS = 10_000;
const WHOLE_DISTRICT: [number, number, number, number] = [105.8, 28.5, 106.7, 29.5];

// Served by ourselves as one file, so that `worker-src 'self'` is enough.
setWorkerUrl(workerUrl);

const drawn = new WeakSet<HTMLElement>();
showLegend();
drawAll();
document.addEventListener("htmx:afterSettle", drawAll);
document.addEventListener("toggle", drawAll, { capture: true });

/** Every map of the page that can be seen; one in a closed drawer is drawn when it opens. */
function drawAll(): void {
  document.querySelectorAll<HTMLElement>("[data-map]").forEach((element) => {
    if (drawn.has(element) || element.offsetParent === null) return;
    drawn.add(element);
    void draw(element);
  });
}

async function layer(address: string, name: string, unattended = false): Promise<FeatureCollection> {
  const answer = await fetch(`/map/${address}/${name}.geojson`, unattended ? { headers: { "X-Unattended": "1" } } : {});
  return answer.ok ? answer.json() : { type: "FeatureCollection", features: [] };
}

async function draw(element: HTMLElement): Promise<void> {
  const address = element.dataset.map ?? "";
  const place = await layer(address, "areas");
  const areas = await around(address, place);
  const view = new MapView({
    container: element, style: emptyStyle(), bounds: boundsOf(areas), fitBoundsOptions: { padding: 24, maxZoom: 15 }, attributionControl: false,
    locale: { "NavigationControl.ZoomIn": word("zoom_in"), "NavigationControl.ZoomOut": word("zoom_out"), "Map.Title": word("map") },
    cooperativeGestures: false, dragRotate: false, pitchWithRotate: false,
  });
  view.addControl(new NavigationControl({ showCompass: false }));
  view.on("load", () => {
    addAreas(view, areas, namesOf(areas));
    if (areas !== place) markPlace(view, place);
    if (element.dataset.pick) pickPlace(view, element.dataset.pick);
    else if (element.dataset.points) void showPoints(view, element.dataset.points);
    else void showThings(view, address);
  });
}

/** The cells to draw: an area's own, or for a place below a community the community it lies in. */
async function around(address: string, place: FeatureCollection): Promise<FeatureCollection> {
  if (address.endsWith(BELOW_COMMUNITY)) return place;
  const community = await layer(address.slice(0, -BELOW_COMMUNITY.length) + BELOW_COMMUNITY, "areas");
  return community.features.length ? community : place;
}

function markPlace(view: MapView, place: FeatureCollection): void {
  place.features.forEach((feature) => new Marker({ color: "#0f766e" }).setLngLat(middle(feature) as [number, number]).addTo(view));
}

function boundsOf(areas: FeatureCollection): LngLatBounds {
  const bounds = new LngLatBounds();
  const add = (place: unknown): void => {
    if (Array.isArray(place) && typeof place[0] === "number") bounds.extend(place as [number, number]);
    else if (Array.isArray(place)) place.forEach(add);
  };
  areas.features.forEach((feature) => "coordinates" in feature.geometry && add(feature.geometry.coordinates));
  return bounds.isEmpty() ? new LngLatBounds(WHOLE_DISTRICT) : bounds;
}

function namesOf(areas: FeatureCollection): FeatureCollection {
  const features = areas.features.map((feature) => ({
    type: "Feature" as const, properties: feature.properties, geometry: { type: "Point" as const, coordinates: middle(feature) },
  }));
  return { type: "FeatureCollection", features };
}

function middle(feature: Feature): Position {
  const geometry = feature.geometry;
  if (geometry.type === "Point") return geometry.coordinates;
  const ring = geometry.type === "Polygon" ? geometry.coordinates[0] : geometry.type === "MultiPolygon" ? geometry.coordinates[0][0] : [];
  const sum = ring.reduce((total, at) => [total[0] + at[0], total[1] + at[1]], [0, 0]);
  return [sum[0] / Math.max(1, ring.length), sum[1] / Math.max(1, ring.length)];
}

async function showThings(view: MapView, address: string): Promise<void> {
  const [needs, resources] = await Promise.all([layer(address, "needs"), layer(address, "resources"), addSigns(view)]);
  addThings(view, needs, resources);
  openOnClick(view);
  const timer = window.setInterval(() => {
    if (!document.hidden) void refresh(view, address);
  }, REFRESH_MS);
  view.on("remove", () => window.clearInterval(timer));
}

/** A page's own points instead of needs and resources: `mark`, `title` and `url` of each. */
async function showPoints(view: MapView, url: string): Promise<void> {
  const answer = await fetch(url);
  if (!answer.ok) return;
  addPoints(view, await answer.json());
  view.on("click", "points", (event: MapLayerMouseEvent) => {
    const found = event.features?.[0];
    if (found) new Popup({ maxWidth: "20rem" }).setLngLat(event.lngLat).setDOMContent(card(found)).addTo(view);
  });
}

async function refresh(view: MapView, address: string): Promise<void> {
  for (const name of ["needs", "resources"]) {
    (view.getSource(name) as GeoJSONSource | undefined)?.setData(await layer(address, name, true));
  }
}

function openOnClick(view: MapView): void {
  const clickable = ["needs", "resources", "need-groups", "cells"];
  view.on("click", clickable, (event: MapLayerMouseEvent) => {
    const found = view.queryRenderedFeatures(event.point, { layers: clickable })[0];
    if (!found) return;
    if (found.layer.id === "need-groups") void zoomInto(view, found);
    else new Popup({ maxWidth: "20rem" }).setLngLat(event.lngLat).setDOMContent(card(found)).addTo(view);
  });
  for (const name of clickable.slice(0, 3)) {
    view.on("mouseenter", name, () => { view.getCanvas().style.cursor = "pointer"; });
    view.on("mouseleave", name, () => { view.getCanvas().style.cursor = ""; });
  }
}

async function zoomInto(view: MapView, group: Feature): Promise<void> {
  const source = view.getSource("needs") as GeoJSONSource;
  const zoom = await source.getClusterExpansionZoom(group.properties?.cluster_id as number);
  if (group.geometry.type === "Point") view.easeTo({ center: group.geometry.coordinates as [number, number], zoom });
}

/** What was clicked, in words, and the way on. */
function card(found: Feature): HTMLElement {
  const about = found.properties ?? {};
  const content = document.createElement("div");
  content.className = "map-card";
  const name = document.createElement("strong");
  name.textContent = String(about.title ?? about.name ?? "");
  content.append(name);
  if (about.state) content.append(word(`state_${String(about.state)}`), document.createElement("br"));
  else if (about.busy !== undefined) content.append(word(about.busy ? "busy" : "free"), document.createElement("br"));
  if (about.url) content.append(way(String(about.url), word("open")));
  else content.append(way(`/areas/${String(about.address)}`, word("area_page")), way(`/map/?area=${String(about.address)}`, word("its_map")));
  return content;
}

function way(url: string, label: string): HTMLAnchorElement {
  const link = document.createElement("a");
  link.href = url;
  link.textContent = label;
  return link;
}

/** Let a click choose a place: writes its coordinates and the community under it into a form. */
function pickPlace(view: MapView, formId: string): void {
  const form = document.getElementById(formId) as HTMLFormElement | null;
  const mark = new Marker({ color: "#0f766e" });
  view.getCanvas().style.cursor = "crosshair";
  view.on("click", (event) => {
    mark.setLngLat(event.lngLat).addTo(view);
    const under = view.queryRenderedFeatures(event.point, { layers: ["cells"] })[0]?.properties?.address as string | undefined;
    if (under) write(form, "address", under);
    write(form, "latitude", event.lngLat.lat.toFixed(6));
    write(form, "longitude", event.lngLat.lng.toFixed(6));
  });
}

function write(form: HTMLFormElement | null, name: string, value: string): void {
  const field = form?.elements.namedItem(name);
  if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) {
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
