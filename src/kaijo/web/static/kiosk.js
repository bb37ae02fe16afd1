// What the kiosk does better with a script: keys on the screen, rules that answer while somebody types, a watch over
// a person who left, a card that was left. Without it everything still works. Nothing is stored anywhere.

import { fold, weaknesses } from './kiosk_rules.js'

const SECOND = 1000
const PING_AFTER = 5 * SECOND
const find = selector => document.querySelector(selector)
const all = selector => [...document.querySelectorAll(selector)]

// A page out of the browser's memory may be somebody else's: the machine is asked how things stand.
addEventListener('pageshow', event => {
  if (event.persisted) location.reload()
})

// The watch: whoever touches anything is there.
const idle = find('[data-idle]')
if (idle) {
  const warning = Number(idle.dataset.warning) * SECOND
  const limit = Number(idle.dataset.limit) * SECOND
  const left = idle.querySelector('[data-left]')
  let moved = Date.now()
  let ping = 0
  let leaving = false

  // Loaded anew, a page would stop the way to the next one, which is shown as soon as the machine has answered.
  const loadAnew = () => {
    if (!leaving) location.reload()
  }
  addEventListener('beforeunload', () => {
    leaving = true
  })

  const tellServer = async () => {
    ping = 0
    const answer = await fetch(idle.dataset.here, { method: 'POST', headers: { 'X-Kaijo-Token': idle.dataset.token } })
    if ((await answer.json()).refused) loadAnew()
  }
  const stay = () => {
    leaving = false
    moved = Date.now()
    ping ||= setTimeout(() => tellServer().catch(loadAnew), PING_AFTER)
  }
  const watch = setInterval(() => {
    if (find('[data-waiting]')?.open) moved = Date.now() // the machine works, nobody is asked anything
    const passed = Date.now() - moved
    left.textContent = String(Math.max(0, Math.ceil((limit - passed) / SECOND)))
    if (passed >= limit) {
      clearInterval(watch)
      for (const field of all('input:not([type=hidden])')) field.value = ''
      idle.querySelector('form').submit()
    } else if (passed >= warning && !idle.open) {
      idle.showModal()
    }
  }, SECOND)
  idle.querySelector('[data-more]').addEventListener('click', () => idle.close())
  idle.addEventListener('close', stay)
  for (const kind of ['pointerdown', 'keydown', 'input']) {
    addEventListener(kind, () => {
      if (!idle.open) stay()
    })
  }
}

// While the machine works the screen says so; a second press does nothing.
for (const form of all('form[data-wait]')) {
  form.addEventListener('submit', event => {
    const waiting = find('[data-waiting]')
    if (waiting.open) event.preventDefault()
    else waiting.showModal()
  })
}
find('[data-waiting]')?.addEventListener('cancel', event => event.preventDefault())

// The keys on the screen write into the field that was touched last.
const pad = find('[data-keypad]')
const fields = all('input[type=password]')
if (pad && fields.length) {
  let field = fields[0]
  const put = value => {
    field.value = value
    field.dispatchEvent(new Event('input', { bubbles: true }))
  }
  const turnTo = next => {
    field = next
    for (const one of fields) one.closest('.field').classList.toggle('turn', one === field)
  }
  for (const one of fields) {
    one.inputMode = 'none' // the keys of the machine take the place of those of its system
    one.addEventListener('focus', () => turnTo(one))
  }
  turnTo(field)
  pad.hidden = false
  pad.addEventListener('click', event => {
    const key = event.target.closest('button')
    if (!key) return
    if (key.dataset.key) put(field.value + key.dataset.key)
    else if ('delete' in key.dataset) put(field.value.slice(0, -1))
    else if (fields.includes(field) && field !== fields.at(-1)) fields.at(-1).focus()
    else field.form.querySelector('[type=submit]').focus()
  })
  const shuffle = find('[data-shuffle]')
  if (shuffle) {
    shuffle.hidden = false
    const keys = all('[data-key]')
    const usual = keys.map(key => key.dataset.key)
    shuffle.addEventListener('click', () => {
      const wanted = shuffle.getAttribute('aria-pressed') !== 'true'
      shuffle.setAttribute('aria-pressed', String(wanted))
      const drawn = new Map(usual.map(digit => [digit, crypto.getRandomValues(new Uint32Array(1))[0]]))
      const order = wanted ? usual.toSorted((one, other) => drawn.get(one) - drawn.get(other)) : usual
      keys.forEach((key, at) => {
        key.dataset.key = key.textContent = order[at]
      })
    })
  }
}
for (const count of all('[data-count]')) {
  const counted = document.getElementById(count.dataset.count)
  count.hidden = false
  counted.addEventListener('input', () => {
    count.querySelector('b').textContent = String([...counted.value].length)
  })
}

// The rules answer while the new PIN is typed. The card and the machine check them again.
const rules = find('[data-rules]')
if (rules) {
  const { min, max, alphabet, met, open } = rules.dataset
  const allowed = alphabet === 'digits' ? /^[0-9]+$/ : /^[0-9A-Z]+$/
  const [chosen, again] = fields
  const tell = (name, good) => {
    const rule = rules.querySelector(`[data-rule=${name}]`)
    if (!rule) return
    rule.classList.toggle('met', good)
    rule.querySelector('.state').textContent = good ? met : open
  }
  const check = () => {
    const text = fold(chosen.value)
    const weak = weaknesses(text)
    tell('length', text.length >= min && text.length <= max)
    tell('alphabet', allowed.test(text))
    tell('both', /[0-9]/.test(text) && /[A-Z]/.test(text))
    tell('hard', text.length >= min && weak.length === 0)
    tell('same', text !== '' && text === fold(again.value))
    for (const one of rules.querySelectorAll('[data-weak]')) {
      one.hidden = text.length < min || !weak.includes(one.dataset.weak)
    }
  }
  for (const one of fields) one.addEventListener('input', check)
  check()
}

// The sentence that spends a last try can be put together with a finger, piece by piece: never with one press.
const pieces = find('[data-pieces]')
if (pieces) {
  const sentence = document.getElementById(pieces.dataset.pieces)
  pieces.hidden = false
  pieces.addEventListener('click', event => {
    const piece = event.target.closest('button')
    if (piece) sentence.value = 'clear' in piece.dataset ? '' : sentence.value + piece.dataset.piece
  })
}

// The card that was left.
const take = find('[data-take]')
if (take) {
  const sound = find('[data-sound]')
  const alarm = find('[data-alarm]')
  let speaker
  sound.hidden = false
  sound.addEventListener('click', () => {
    const wanted = sound.getAttribute('aria-pressed') !== 'true'
    sound.setAttribute('aria-pressed', String(wanted))
    if (wanted) speaker ??= new AudioContext()
  })
  const call = () => {
    const tone = speaker.createOscillator()
    const volume = speaker.createGain()
    volume.gain.value = 0.2
    tone.connect(volume).connect(speaker.destination)
    tone.start()
    tone.stop(speaker.currentTime + 0.4)
  }
  setInterval(async () => {
    const card = await fetch('/kiosk/card').then(answer => answer.json(), () => ({ here: true }))
    if (!card.here) {
      location.replace('/kiosk')
    } else if (card.forgotten) {
      alarm.hidden = false
      if (sound.getAttribute('aria-pressed') === 'true') call()
    }
  }, 2 * SECOND)
}
