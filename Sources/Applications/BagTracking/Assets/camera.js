// Reads codes with the camera of the device: as the browser does where it can, else with a decoder of our own. This file
// is also the worker in which that decoder runs.

import { ShippedDetector, serveFrames } from "./decoder/detector.js";

/** Takes a code once until it was out of the frame for two seconds. */
export class FrameFilter {
  constructor(gone = 2000) { Object.assign(this, { gone, seen: new Map() }); }

  isNew(code, time) {
    const last = this.seen.get(code) ?? -Infinity;
    this.seen.set(code, time);
    return time - last > this.gone;
  }
}

const FORMATS = ["qr_code", "data_matrix", "code_128"];
const UNABLE = "This browser does not give its camera to this page. Use a scanner, or type the code below the bars.";
const DENIED = "The camera is not allowed here. Allow it in the browser's settings for this site, then press Camera again.";
const MISSING = "No camera was found. The box below works without one.";

const at = (id) => document.getElementById(id);
let stream = null;
let detector = null;
let whenClosed = () => {};

function note(words) {
  at("camera-note").hidden = !words;
  at("camera-note").textContent = words;
}

function close() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  detector?.close?.();
  detector = null;
  at("camera-view").hidden = true;
  whenClosed();
}

/** What reads the frames: the browser, if it reads all three kinds of code, else our own decoder. */
export async function detectorFor(Browser, own) {
  const formats = await Promise.resolve(Browser?.getSupportedFormats?.() ?? []).catch(() => []);
  return FORMATS.every((each) => formats.includes(each)) ? new Browser({ formats: FORMATS }) : own();
}

async function look(own, frames, take) {
  if (!stream || detector !== own) return;
  const found = at("video").readyState >= 2 ? await own.detect(at("video")).catch(() => []) : [];
  if (!stream || detector !== own) return;
  for (const { rawValue } of found) if (frames.isNew(rawValue, performance.now())) take(rawValue);
  setTimeout(() => look(own, frames, take), 120);
}

/** Opens the rear camera and hands every code it sees to `take`; closes it when it is open. */
export async function openCamera(take, closed) {
  whenClosed = closed;
  if (stream) return close();
  if (!navigator.mediaDevices) return note(UNABLE);
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false,
    });
  } catch (problem) {
    return note(problem.name === "NotAllowedError" ? DENIED : MISSING);
  }
  note("");
  at("video").srcObject = stream;
  await at("video").play();
  at("camera-view").hidden = false;
  at("camera-view").scrollIntoView({ block: "nearest" });
  at("torch").hidden = !stream.getVideoTracks()[0].getCapabilities?.().torch;
  const opened = stream;
  const own = await detectorFor(window.BarcodeDetector, () => new ShippedDetector(import.meta.url));
  // Somebody may have closed the camera meanwhile.
  if (stream !== opened) return own.close?.();
  detector = own;
  return look(own, new FrameFilter(), take);
}

if (typeof document === "undefined" && "WorkerGlobalScope" in globalThis) serveFrames(globalThis);

if (typeof document !== "undefined") {
  at("camera-off").addEventListener("click", close);
  at("torch").addEventListener("click", async () => {
    const torch = at("torch").getAttribute("aria-pressed") !== "true";
    await stream?.getVideoTracks()[0].applyConstraints({ advanced: [{ torch }] }).catch(() => {});
    at("torch").setAttribute("aria-pressed", String(torch));
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden && stream) close(); });
}
