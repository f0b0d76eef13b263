import "maplibre-gl/dist/maplibre-gl.css";
import { Map as MapView, Marker, NavigationControl, LngLatBounds, type GeoJSONSource, type StyleSpecification } from "maplibre-gl";
import type { Feature, FeatureCollection, Position } from "geojson";

const COLOURS = { waiting: "#b45309", assigned: "#1d4ed8", moving: "#1d4ed8", overdue: "#b91c1c" };
const REFRESH_MS = 10000;

document.querySelectorAll<HTMLElement>("[data-map]").forEach((element) => void draw(element));

async function layer(address: string, name: string): Promise<FeatureCollection> {
  const answer = await fetch(`/map/${address}/${name}.geojson`);
  return answer.ok ? answer.json() : { type: "FeatureCollection", features: [] };
}

async function draw(element: HTMLElement): Promise<void> {
  const address = element.dataset.map ?? "";
  const areas = await layer(address, "areas");
  const bounds = boundsOf(areas);
  const view = new MapView({
    container: element, style: emptyStyle(), bounds, fitBoundsOptions: { padding: 24 }, attributionControl: false,
    localIdeographFontFamily: "'Noto Sans CJK SC', 'Noto Sans SC', 'Microsoft YaHei', sans-serif",
  });
  view.addControl(new NavigationControl({ showCompass: false }));
  view.on("load", () => {
    addAreas(view, areas);
    if (element.dataset.pick) pickPlace(view, element.dataset.pick);
    else void addThings(view, address);
  });
}

function emptyStyle(): StyleSpecification {
  return { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": "#eef2f1" } }] };
}

function boundsOf(areas: FeatureCollection): LngLatBounds {
  const bounds = new LngLatBounds();
  const add = (place: unknown): void => {
    if (Array.isArray(place) && typeof place[0] === "number") bounds.extend(place as [number, number]);
    else if (Array.isArray(place)) place.forEach(add);
  };
  areas.features.forEach((feature) => "coordinates" in feature.geometry && add(feature.geometry.coordinates));
  return bounds.isEmpty() ? new LngLatBounds([105.8, 28.5, 106.7, 29.5]) : bounds;
}

function addAreas(view: MapView, areas: FeatureCollection): void {
  view.addSource("areas", { type: "geojson", data: areas });
  view.addLayer({ id: "cells", type: "fill", source: "areas", paint: { "fill-color": "#ffffff", "fill-opacity": 0.85 } });
  view.addLayer({ id: "borders", type: "line", source: "areas", paint: { "line-color": "#94a3a0", "line-width": 1 } });
  const crowded = areas.features.length > 60;
  areas.features.forEach((feature) => label(view, feature, crowded));
}

function label(view: MapView, feature: Feature, crowded: boolean): void {
  const name = document.createElement("a");
  name.className = crowded ? "map-label is-small" : "map-label";
  name.textContent = String(feature.properties?.name ?? "");
  name.href = `/map/?area=${String(feature.properties?.address)}`;
  new Marker({ element: name, anchor: "center" }).setLngLat(middle(feature)).addTo(view);
}

function middle(feature: Feature): [number, number] {
  const geometry = feature.geometry;
  if (geometry.type === "Point") return geometry.coordinates as [number, number];
  const ring: Position[] = geometry.type === "Polygon" ? geometry.coordinates[0] : geometry.type === "MultiPolygon" ? geometry.coordinates[0][0] : [];
  const sum = ring.reduce((total, at) => [total[0] + at[0], total[1] + at[1]], [0, 0]);
  return [sum[0] / Math.max(1, ring.length), sum[1] / Math.max(1, ring.length)];
}

async function addThings(view: MapView, address: string): Promise<void> {
  view.addSource("needs", { type: "geojson", data: await layer(address, "needs"), cluster: false });
  view.addSource("resources", { type: "geojson", data: await layer(address, "resources") });
  view.addLayer({
    id: "resources", type: "circle", source: "resources",
    paint: {
      "circle-radius": 5, "circle-color": ["case", ["get", "busy"], "#64748b", "#0f766e"],
      "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.5,
    },
  });
  view.addLayer({
    id: "needs", type: "circle", source: "needs",
    paint: {
      "circle-radius": ["match", ["get", "urgency"], 1, 9, 2, 7, 5],
      "circle-color": ["match", ["get", "state"], "waiting", COLOURS.waiting, "overdue", COLOURS.overdue, COLOURS.moving],
      "circle-stroke-color": ["match", ["get", "state"], "overdue", "#450a0a", "#ffffff"], "circle-stroke-width": 2,
    },
  });
  openOnClick(view);
  window.setInterval(() => void refresh(view, address), REFRESH_MS);
}

async function refresh(view: MapView, address: string): Promise<void> {
  for (const name of ["needs", "resources"]) {
    (view.getSource(name) as GeoJSONSource | undefined)?.setData(await layer(address, name));
  }
}

function openOnClick(view: MapView): void {
  for (const name of ["needs", "resources"]) {
    view.on("click", name, (event) => {
      const url = event.features?.[0]?.properties?.url as string | undefined;
      if (url) window.location.assign(url);
    });
    view.on("mouseenter", name, () => { view.getCanvas().style.cursor = "pointer"; });
    view.on("mouseleave", name, () => { view.getCanvas().style.cursor = ""; });
  }
}

/** Let a click choose a place: writes its coordinates and the community under it into a form. */
function pickPlace(view: MapView, formId: string): void {
  const form = document.getElementById(formId) as HTMLFormElement | null;
  let mark: Marker | undefined;
  view.on("click", (event) => {
    mark?.remove();
    mark = new Marker().setLngLat(event.lngLat).addTo(view);
    const under = view.queryRenderedFeatures(event.point, { layers: ["cells"] })[0]?.properties?.address as string | undefined;
    write(form, "latitude", event.lngLat.lat.toFixed(6));
    write(form, "longitude", event.lngLat.lng.toFixed(6));
    if (under) write(form, "address", under);
  });
}

function write(form: HTMLFormElement | null, name: string, value: string): void {
  const field = form?.elements.namedItem(name);
  if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) {
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
