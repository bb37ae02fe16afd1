// Counts the expiry clock down by what the server said was left: the phone's own clock may be wrong.

const clock = document.querySelector("[data-seconds]")

if (clock) {
  const until = performance.now() + 1000 * Number(clock.dataset.seconds)
  const hours = clock.querySelector("[data-hours]")
  const minutes = clock.querySelector("[data-minutes]")

  const tick = () => {
    const left = Math.max(0, Math.floor((until - performance.now()) / 1000))
    hours.textContent = String(Math.floor(left / 3600))
    minutes.textContent = String(Math.floor(left / 60) % 60).padStart(2, "0")
    clock.closest(".clock").classList.toggle("soon", left < 3600)
    return left
  }

  if (tick() > 0) {
    const turning = setInterval(() => {
      if (tick() === 0) {
        clearInterval(turning)
        location.reload()
      }
    }, 1000)
  }
}

// A page that comes back from the browser's memory is asked for anew: a reservation may have been used meanwhile.
addEventListener("pageshow", event => {
  if (event.persisted) {
    location.reload()
  }
})
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") {
    location.reload()
  }
})
