-- For wrk: sends one request again and again, the one in the folder $REQUEST (method, body, headers a line
-- each), and prints what came of it as a line of JSON.

local folder = os.getenv("REQUEST")

local function read(name)
  local file = assert(io.open(folder .. "/" .. name, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

wrk.method = read("method")
wrk.body = read("body")
if wrk.body == "" then wrk.body = nil end
for name, value in read("headers"):gmatch("([^\n:]+): ([^\n]*)\n") do
  wrk.headers[name] = value
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"p50_ms":%.4f,"p99_ms":%.4f,"failed":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
