import type { LayerSpecification, Map as MapView, StyleSpecification } from "maplibre-gl";
import type { FeatureCollection } from "geojson";

const FONT = ["Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "sans-serif"];
const CLUSTER_UNTIL_ZOOM = 11;
const SIGNS_FROM_ZOOM = 11;

/** The ground alone: no tiles, no glyph server; letters are drawn by the browser from its own fonts. */
export function emptyStyle(): StyleSpecification {
  return { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": "#eef2f1" } }] };
}

/** The cells of the areas with their names, each name once and none over another. */
export function addAreas(view: MapView, areas: FeatureCollection, names: FeatureCollection): void {
  view.addSource("areas", { type: "geojson", data: areas });
  view.addSource("names", { type: "geojson", data: names });
  view.addLayer({ id: "cells", type: "fill", source: "areas", paint: { "fill-color": "#ffffff", "fill-opacity": 0.9 } });
  view.addLayer({ id: "borders", type: "line", source: "areas", paint: { "line-color": "#8b9a96", "line-width": 1 } });
  view.addLayer({
    id: "names", type: "symbol", source: "names",
    layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12.5, "text-variable-anchor": ["center", "top", "bottom"], "text-padding": 4 },
    paint: { "text-color": "#14211f", "text-halo-color": "#ffffff", "text-halo-width": 1.75 },
  });
}

/** Resources as dots from afar and signs from near; needs as signs by state, gathered where they are many. */
export function addThings(view: MapView, needs: FeatureCollection, resources: FeatureCollection): void {
  view.addSource("resources", { type: "geojson", data: resources });
  view.addSource("needs", {
    type: "geojson", data: needs, cluster: true, clusterRadius: 30, clusterMaxZoom: CLUSTER_UNTIL_ZOOM,
    clusterProperties: { late: ["+", ["case", ["==", ["get", "state"], "overdue"], 1, 0]] },
  });
  resourceLayers().forEach((layer) => view.addLayer(layer, "names"));
  needLayers().forEach((layer) => view.addLayer(layer));
}

/** Points of a page's own: what is late is larger and lies on top, so that it is not told by colour alone. */
export function addPoints(view: MapView, points: FeatureCollection): void {
  view.addSource("points", { type: "geojson", data: points });
  view.addLayer({
    id: "points", type: "circle", source: "points",
    layout: { "circle-sort-key": ["match", ["get", "mark"], "overdue", 2, "waiting", 1, 0] },
    paint: {
      "circle-radius": ["match", ["get", "mark"], "overdue", 8, "waiting", 6, 4],
      "circle-color": ["match", ["get", "mark"], "overdue", "#b91c1c", "waiting", "#b45309", "moving", "#1d4ed8", "#15803d"],
      "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.5,
    },
  });
}

function resourceLayers(): LayerSpecification[] {
  return [
    {
      id: "resources-far", type: "circle", source: "resources", maxzoom: SIGNS_FROM_ZOOM,
      paint: { "circle-radius": 2.5, "circle-color": ["case", ["get", "busy"], "#64748b", "#5fa08f"], "circle-opacity": 0.8 },
    },
    {
      id: "resources", type: "symbol", source: "resources", minzoom: SIGNS_FROM_ZOOM,
      layout: {
        "icon-image": ["concat", ["match", ["get", "symbol"], "vehicle", "vehicle", "person"], ["case", ["get", "busy"], "-busy", "-free"]],
        "icon-size": 0.8, "icon-allow-overlap": true,
      },
    },
  ];
}

function needLayers(): LayerSpecification[] {
  return [
    {
      id: "need-groups", type: "circle", source: "needs", filter: ["has", "point_count"],
      paint: {
        "circle-radius": ["step", ["get", "point_count"], 12, 10, 15, 100, 19, 1000, 24],
        "circle-color": ["case", [">", ["get", "late"], 0], "#b91c1c", "#1d4ed8"], "circle-stroke-color": "#ffffff", "circle-stroke-width": 2,
      },
    },
    {
      id: "need-counts", type: "symbol", source: "needs", filter: ["has", "point_count"],
      layout: { "text-field": ["to-string", ["get", "point_count"]], "text-font": FONT, "text-size": 12, "text-allow-overlap": true },
      paint: { "text-color": "#ffffff" },
    },
    {
      id: "needs", type: "symbol", source: "needs", filter: ["!", ["has", "point_count"]],
      layout: {
        "icon-image": ["match", ["get", "state"], "overdue", "need-overdue", "waiting", "need-waiting", "need-moving"],
        "icon-size": ["match", ["get", "urgency"], 1, 1, 2, 0.85, 0.7], "icon-allow-overlap": true,
        "symbol-sort-key": ["match", ["get", "state"], "overdue", 2, "waiting", 1, 0],
      },
    },
  ];
}
