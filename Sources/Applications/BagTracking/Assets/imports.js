// Follows a job on its page and shows the end by loading the page again.
const place = document.querySelector("[data-job]");
if (place) {
  const bar = place.querySelector("progress");
  const words = place.querySelector("[data-words]");
  const number = new Intl.NumberFormat("en-IN");
  const source = new EventSource(`/bags/api/v1/stream?topics=job:${place.dataset.job}`);
  const show = (job) => {
    if (!["queued", "running"].includes(job.state)) {
      source.close();
      location.reload();
      return;
    }
    const { done, total } = job.progress;
    if (!total) return;
    bar.max = total;
    bar.value = done;
    words.textContent = `${number.format(done)} of ${number.format(total)} rows`;
  };
  source.addEventListener("job", (event) => show(JSON.parse(event.data)));
  source.addEventListener("reset", () => location.reload());
  // What ended between the making of the page and the opening of the stream is asked for once.
  source.addEventListener("open", async () => {
    const answer = await fetch(`/bags/api/v1/jobs/${place.dataset.job}`);
    if (answer.ok) show(await answer.json());
  });
}
