-- wrk posts $BODY with $SIGNATURE, and says how it was answered.
wrk.method = "POST"
wrk.body = os.getenv("BODY")
wrk.headers["X-Signature"] = os.getenv("SIGNATURE")

local threads = {}
function setup(thread)
  table.insert(threads, thread)
end

ok, refused, failed = 0, 0, 0
function response(status)
  if status == 200 then
    ok = ok + 1
  elseif status == 401 then
    refused = refused + 1
  else
    failed = failed + 1
  end
end

function done(summary)
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  for _, thread in ipairs(threads) do
    io.write(string.format("statuses: %d ok, %d refused, %d failed\n", thread:get("ok"), thread:get("refused"), thread:get("failed") + errors))
  end
end
