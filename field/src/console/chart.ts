import { LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([LineChart, AriaComponent, GridComponent, TooltipComponent, SVGRenderer]);

const CALM = "#0f766e";
const INK = "#51605d";

interface Point {
  day: string;
  value: number | null;
}

document.querySelectorAll<HTMLElement>("[data-chart]").forEach((element) => {
  const source = document.getElementById(element.dataset.chart ?? "");
  if (source) draw(element, JSON.parse(source.textContent ?? "[]") as Point[]);
});

/** The table of the same numbers stands beside it in the page; this is for eyes only. */
function draw(element: HTMLElement, points: Point[]): void {
  const chart = init(element, undefined, { renderer: "svg" });
  chart.setOption({
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 24, top: 16, bottom: 8, containLabel: true },
    // As text in the drawing: a tooltip of HTML carries inline styles, which the content policy forbids.
    tooltip: { trigger: "axis", confine: true, renderMode: "richText" },
    xAxis: { type: "category", data: points.map((point) => point.day.slice(5)), axisTick: { show: false }, axisLabel: { color: INK } },
    yAxis: { type: "value", minInterval: 1, axisLabel: { color: INK } },
    series: [{
      type: "line", data: points.map((point) => point.value), symbolSize: 6,
      lineStyle: { color: CALM, width: 2 }, itemStyle: { color: CALM },
    }],
  });
  new ResizeObserver(() => chart.resize()).observe(element);
  window.matchMedia("print").addEventListener("change", () => chart.resize());
}
