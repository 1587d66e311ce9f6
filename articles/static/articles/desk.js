// The publish button says what will happen: now, at a time to come, or with a date of the past.
const desk = document.querySelector("[data-desk]")
const publish = desk?.querySelector("[name=_publish]")
const schedule = desk?.querySelector("[name=_schedule]")
const day = document.getElementById("id_published_at_0")
const time = document.getElementById("id_published_at_1")

if (publish && schedule && day && time) {
  const loaded = performance.now()
  const rendered = Date.parse(`${desk.dataset.now}Z`)
  const words = new Intl.DateTimeFormat(desk.dataset.language, {
    dateStyle: "long", timeStyle: "short", timeZone: "UTC",
  })

  // Both clocks are the paper's, read as if they were UTC: only the order matters.
  const entered = () => {
    const [hour, minute, second = "00"] = time.value.trim().replace(".", ":").split(":")
    return Date.parse(`${day.value}T${hour.padStart(2, "0")}:${minute}:${second}Z`)
  }

  const say = () => {
    const due = entered()
    const isToCome = due > rendered + performance.now() - loaded
    schedule.hidden = !isToCome
    publish.hidden = isToCome
    schedule.classList.toggle("default", isToCome)
    if (Number.isNaN(due)) publish.value = desk.dataset.publish
    else if (isToCome) schedule.value = desk.dataset.schedule.replace("{when}", words.format(due))
    else publish.value = desk.dataset.dated.replace("{when}", words.format(due))
  }

  for (const field of [day, time]) field.addEventListener("input", say)
  say()
}
