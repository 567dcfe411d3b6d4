// The API has this page's address with another micro's name in it; that holds for previews as well.
const api = location.origin.replace('clock-web--', 'clock-api--')

async function show() {
  const time = document.getElementById('time')
  try {
    const answer = await (await fetch(api)).json()
    document.getElementById('greeting').textContent = answer.greeting
    time.textContent = answer.time
  } catch (error) {
    time.textContent = `not to be had (${error.message})`
  }
}

show()
setInterval(show, 5000)
