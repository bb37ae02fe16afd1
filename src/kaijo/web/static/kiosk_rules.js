// The advice of kaijo.keep.weakness, said while a PIN is typed; a test holds the two against each other.

const SHORTEST_PART = 4
const FIRST_YEAR = 1900
const LAST_YEAR = 2099
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] // a leap year has every birthday

export const fold = text => text.normalize('NFKC').toUpperCase()

const isRun = text => {
  const steps = new Set([...text].slice(1).map((one, at) => one.codePointAt(0) - text.codePointAt(at)))
  return text.length >= SHORTEST_PART && steps.size === 1 && Math.abs([...steps][0]) === 1
}

const isDate = digits => {
  const year = Number(digits.slice(0, 4))
  const inYears = year >= FIRST_YEAR && year <= LAST_YEAR
  if (digits.length === 4 && inYears) return true
  if (digits.length === 8 && !inYears) return false
  const day = Number(digits.slice(-2))
  return day >= 1 && day <= (DAYS[Number(digits.slice(-4, -2)) - 1] ?? 0)
}

// Return what makes a folded text easy to guess.
export const weaknesses = text => {
  const digits = text.replace(/[^0-9]/g, '')
  const letters = text.replace(/[^A-Z]/g, '')
  const parts = size => Array.from({ length: Math.max(0, digits.length - size + 1) }, (_, at) => digits.slice(at, at + size))
  const found = []
  if (new Set(text).size <= Math.max(1, Math.floor(text.length / 4))) found.push('repeats')
  if ([digits, letters, text].some(isRun)) found.push('run')
  if ([4, 6, 8].flatMap(parts).some(isDate)) found.push('date')
  return found
}
