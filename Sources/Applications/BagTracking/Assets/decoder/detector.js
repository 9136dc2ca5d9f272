// The decoder as a detector of the browser would be, in a worker of its own, so that the page stays quick.

import { decode } from "./decoder.js";

// Wider frames take longer and show little more.
const WIDEST_FRAME = 960;

/** Grey of a picture as canvases hold it: red, green, blue, alpha. */
export function greyOf(colours) {
  const grey = new Uint8Array(colours.length / 4);
  for (let i = 0, at = 0; i < grey.length; i += 1, at += 4) {
    grey[i] = (77 * colours[at] + 150 * colours[at + 1] + 29 * colours[at + 2]) >> 8;
  }
  return grey;
}

const codesIn = ({ colours, width, height }) => decode(greyOf(new Uint8Array(colours)), width, height);

/** Answers frames with the codes in them, where this file runs as a worker. */
export function serveFrames(worker) {
  worker.addEventListener("message", ({ data }) => worker.postMessage({ id: data.id, codes: codesIn(data) }));
}

/** Reads codes as `BarcodeDetector` does: `detect(video)` gives [{rawValue, format, cornerPoints}]. */
export class ShippedDetector {
  constructor(address) {
    Object.assign(this, { frames: 0, waiting: new Map(), canvas: document.createElement("canvas") });
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    try {
      this.worker = new Worker(address, { type: "module" });
      this.worker.addEventListener("message", ({ data: { id, codes } }) => this.#answer(id, codes));
      this.worker.addEventListener("error", () => this.#giveUp());
    } catch {
      // Browsers without such workers read on the page.
      this.worker = null;
    }
  }

  #answer(id, codes) {
    this.waiting.get(id)?.(codes);
    this.waiting.delete(id);
  }

  #giveUp() {
    this.worker = null;
    for (const id of this.waiting.keys()) this.#answer(id, []);
  }

  close() {
    this.worker?.terminate();
    this.#giveUp();
  }

  async detect(video) {
    const scale = Math.min(1, WIDEST_FRAME / Math.max(video.videoWidth, video.videoHeight));
    const [width, height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
    if (!width || !height) return [];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.context.drawImage(video, 0, 0, width, height);
    const colours = this.context.getImageData(0, 0, width, height).data.buffer;
    const codes = await this.#codes({ colours, width, height });
    return codes.map(({ format, text, corners }) => {
      return { format, rawValue: text, cornerPoints: corners.map(({ x, y }) => ({ x: x / scale, y: y / scale })) };
    });
  }

  #codes(frame) {
    if (!this.worker) return codesIn(frame);
    this.frames += 1;
    const id = this.frames;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.worker.postMessage({ ...frame, id }, [frame.colours]);
    });
  }
}
