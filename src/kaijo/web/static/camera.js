// The camera's page: sends what the camera sees, one picture after another, and shows what comes back. The pictures
// are judged elsewhere and kept nowhere here; which pose is asked for is the server's to say, also after a reload.

// The service looks at a limited number of pictures: fewer while nothing hurries.
const PAUSE = 1100
const PAUSE_IN_POSE = 400
const QUALITY = 0.9
const WIDTH = 640

const find = id => document.getElementById(id)
const sitting = find("sitting")
const words = sitting.dataset
const video = find("video")
const begin = find("begin")
let begun = false

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name])
const wait = milliseconds => new Promise(done => setTimeout(done, milliseconds))

const show = (id, shown) => {
  find(id).hidden = !shown
}

const post = async (act, body) => {
  const answer = await fetch(`${words.at}/${act}`, {
    method: "POST",
    body,
    headers: { "X-Kaijo-Token": words.token, "Content-Type": "application/octet-stream" },
  })
  if (!answer.ok) {
    throw new Error(answer.statusText) // the service is away for the moment: the next picture may find it again
  }
  return answer.json()
}

const say = (title, how) => {
  const place = find("guidance")
  const text = `${title}\n${how}`
  if (place.dataset.text === text) {
    return // said already: a screen reader would say it again
  }
  place.dataset.text = text
  const small = document.createElement("span")
  small.className = "how"
  small.textContent = how
  place.replaceChildren(title, small)
}

const refuse = message => {
  show("refused", message)
  if (message) {
    const [title, cause, remedy] = find("refused").querySelectorAll("strong, p + p")
    title.textContent = message.title
    cause.textContent = message.cause
    remedy.textContent = message.remedy
  }
}

const take = () => {
  const canvas = document.createElement("canvas")
  canvas.width = Math.min(WIDTH, video.videoWidth)
  canvas.height = Math.round((canvas.width * video.videoHeight) / video.videoWidth)
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height)
  return new Promise(done => canvas.toBlob(done, "image/jpeg", QUALITY))
}

const tell = answer => {
  if (answer.go) {
    say(words.judging, "")
    location.replace(answer.go)
    return
  }
  if (answer.refused) {
    refuse(answer.refused)
  }
  if (answer.tries) {
    find("tries").textContent = answer.tries
    begun = answer.sitting
    begin.parentElement.hidden = begun
  }
  const [cause] = answer.causes ?? []
  const good = answer.ready === true
  find("frame").classList.toggle("ready", good)
  begin.setAttribute("aria-disabled", String(!good))
  find("progress").textContent = begun
    ? `${fill(words.number, answer)} · ${fill(words.seconds, answer)}`
    : ""
  if (begun) {
    say(answer.pose, cause ? `${cause.title} ${cause.remedy}` : "")
  } else if (cause) {
    say(cause.title, cause.remedy)
  } else if (good) {
    say(words.good, "")
  }
}

const look = async () => {
  for (;;) {
    try {
      const answer = await post("look", await take())
      tell(answer)
      if (answer.go || (answer.refused && !answer.tries)) {
        return // over: either there is a reservation, or the check itself has ended
      }
    } catch {
      say(words.lost, "")
    }
    await wait(begun ? PAUSE_IN_POSE : PAUSE)
  }
}

begin.addEventListener("click", async () => {
  if (begin.getAttribute("aria-disabled") === "true") {
    return
  }
  begin.setAttribute("aria-disabled", "true")
  refuse(null)
  try {
    tell(await post("begin", null))
  } catch {
    say(words.lost, "")
  }
})

find("start").addEventListener("click", async () => {
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "user", width: { ideal: WIDTH } },
    })
    await video.play()
  } catch {
    show("sitting", false)
    show("no-camera", true)
    return
  }
  show("allow", false)
  show("looking", true)
  begin.focus({ preventScroll: true })
  find("looking").scrollIntoView()
  look()
})

if (navigator.mediaDevices?.getUserMedia) {
  show("no-camera", false)
  show("sitting", true)
}
