// What the guide does better with a script; without it everything still works.
// It counts down to the last moment to begin, asks for a new plan when the minute of this one is over, and prints.

const MINUTE = 60_000

const left = document.querySelector('[data-until]')
if (left) {
  const ahead = Date.parse(left.dataset.now) - Date.now() // the server's clock may be set to another night
  const opened = Date.now()
  const until = Date.parse(left.dataset.until)
  const ask = document.querySelector('[data-ask]')
  const tick = () => {
    const rest = Math.max(0, Math.floor((until - Date.now() - ahead) / 1000))
    const parts = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60]
    left.textContent = left.dataset.says + parts.map(part => String(part).padStart(2, '0')).join(':')
    left.hidden = false
    if (Date.now() - opened >= MINUTE) ask.hidden = false
  }
  tick()
  setInterval(tick, 1000)
}

const print = document.querySelector('[data-print]')
if (print) {
  print.hidden = false
  print.addEventListener('click', () => window.print())
}
