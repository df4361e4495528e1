// What every script prints: how long, of the processor's time how much, the
// largest resident set in MiB, and the answers.
export function report(started, answers) {
  const seconds = (performance.now() - started) / 1000;
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  console.log(JSON.stringify({ seconds, cpu: (userCPUTime + systemCPUTime) / 1e6, peakMB: Math.round(maxRSS / 1024), answers }));
}

export function folder() {
  const dir = process.argv[2];
  if (!dir) {
    console.error(`usage: node ${process.argv[1]} FOLDER`);
    process.exit(2);
  }
  return dir.replace(/\/$/, "");
}
