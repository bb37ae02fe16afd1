// What the guide does better with a script; without it everything still works.
// It counts down to the last moment to begin, plans again each minute in place, prints, and copies the link.

const MINUTE = 60_000
const find = selector => document.querySelector(selector)
const again = find('[data-again]')
const ask = find('[data-ask]')
const [navigation] = performance.getEntriesByType('navigation')
// A page that comes from the browser's history shows the time at which it was made: no clock runs in it.
const old = navigation?.type === 'back_forward' || document.wasDiscarded

let opened = Date.now()
let left, until, ahead

const start = () => {
  opened = Date.now()
  left = find('[data-until]')
  if (!left) return
  ahead = Date.parse(left.dataset.now) - opened // the server's clock may be set to another night
  until = Date.parse(left.dataset.until)
  show()
}

const show = () => {
  if (!left) return
  const rest = Math.max(0, Math.floor((until - Date.now() - ahead) / 1000))
  const parts = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60]
  left.textContent = left.dataset.says + parts.map(part => String(part).padStart(2, '0')).join(':')
  left.hidden = false
}

const planAgain = async () => {
  const fields = new URLSearchParams(new FormData(again))
  fields.set('to', 'plan')
  const answer = await fetch(again.getAttribute('action'), { method: 'POST', body: fields })
  if (!answer.ok) throw new Error(answer.status)
  const made = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const parts = document.querySelectorAll('[data-fresh]')
  const news = made.querySelectorAll('[data-fresh]')
  const before = [document.title, find('#best')?.textContent].join()
  const unfolded = [...document.querySelectorAll('details[open]')].map(one => one.id)
  parts.forEach((part, index) => part.replaceWith(news[index]))
  for (const id of unfolded) document.getElementById(id)?.setAttribute('open', '')
  document.title = made.title
  find('h1').textContent = made.querySelector('h1').textContent
  if (before !== [document.title, find('#best')?.textContent].join()) {
    const changed = find('[data-changed]')
    changed.textContent = changed.dataset.says
    changed.hidden = false
  }
  start()
}

const tick = () => {
  show()
  if (Date.now() - opened < MINUTE || !ask.hidden) return
  const reading = document.activeElement?.closest('[data-fresh]') || !document.getSelection().isCollapsed
  opened = Date.now()
  if (reading) ask.hidden = false // nothing is taken away from under a finger
  else planAgain().catch(() => { ask.hidden = false })
}

if (find('[data-live]')) {
  if (old) {
    ask.hidden = false
  } else {
    start()
    setInterval(tick, 1000)
  }
}

const print = find('[data-print]')
if (print) {
  print.hidden = false
  print.addEventListener('click', () => window.print())
}

const copy = find('[data-copy]')
if (copy && navigator.clipboard) {
  copy.hidden = false
  copy.addEventListener('click', async () => {
    await navigator.clipboard.writeText(find('.address').href)
    copy.textContent = copy.dataset.says
  })
}
