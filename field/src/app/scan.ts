/** Reading QR and bar codes with the camera: the browser's own reader where it has one, else ZXing, from our own files. */

import wasm from "zxing-wasm/reader/zxing_reader.wasm?url";
import { button, h } from "./dom";
import { t } from "./words";

const EVERY_MS = 150;

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}

async function reader(): Promise<Detector> {
  const own = (globalThis as { BarcodeDetector?: new () => Detector }).BarcodeDetector;
  if (own) return new own();
  const { BarcodeDetector, prepareZXingModule } = await import("barcode-detector/ponyfill");
  prepareZXingModule({ overrides: { locateFile: () => wasm } });
  return new BarcodeDetector({ formats: ["qr_code", "code_128", "code_39", "ean_13", "data_matrix"] }) as unknown as Detector;
}

/** A button that opens the camera below it; what it reads is given on once, and the camera closes. */
export function scanner(read: (code: string) => void): HTMLElement {
  const video = h("video", { playsinline: true, muted: true, hidden: true });
  const said = h("p", { class: "hint", role: "status" });
  let stream: MediaStream | null = null;
  const stop = (): void => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.hidden = true;
    press.textContent = t("scan");
  };
  const start = async (): Promise<void> => {
    if (stream) return stop();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const detector = await reader();
      video.srcObject = stream;
      video.hidden = false;
      press.textContent = t("scan_stop");
      await video.play();
      while (stream && video.isConnected) {
        const found = await detector.detect(video).catch(() => []);
        if (found[0]?.rawValue) {
          stop();
          navigator.vibrate?.(60);
          read(found[0].rawValue.trim());
          return;
        }
        await new Promise((done) => { setTimeout(done, EVERY_MS); });
      }
      stop();
    } catch {
      stop();
      said.textContent = t("no_camera");
    }
  };
  const press = button(t("scan"), () => { void start(); }, "second");
  return h("div", { class: "scanner" }, press, video, said);
}
