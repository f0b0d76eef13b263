import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, AriaComponent, GridComponent, TooltipComponent, SVGRenderer]);

interface Point {
  day: string;
  value: number | null;
}

document.querySelectorAll<HTMLElement>("[data-chart]").forEach((element) => {
  const source = document.getElementById(element.dataset.chart ?? "");
  if (source) draw(element, JSON.parse(source.textContent ?? "[]") as Point[]);
});

function draw(element: HTMLElement, points: Point[]): void {
  const spark = element.classList.contains("spark");
  const chart = init(element, undefined, { renderer: "svg" });
  chart.setOption({
    animation: false,
    aria: { enabled: true },
    grid: spark ? { left: 0, right: 0, top: 2, bottom: 2 } : { left: 8, right: 16, top: 16, bottom: 8, containLabel: true },
    tooltip: spark ? undefined : { trigger: "axis" },
    xAxis: { type: "category", data: points.map((point) => point.day.slice(5)), show: !spark, axisTick: { show: false } },
    yAxis: { type: "value", show: !spark, minInterval: 1 },
    series: [{
      type: "line", data: points.map((point) => point.value), symbol: spark ? "none" : "circle", symbolSize: 6,
      lineStyle: { color: "#0f766e", width: spark ? 1.5 : 2 }, itemStyle: { color: "#0f766e" },
      areaStyle: spark ? { color: "rgba(15,118,110,.12)" } : undefined,
    }],
  });
  new ResizeObserver(() => chart.resize()).observe(element);
}
