-- Sends the requests of the file that REQUESTS names, in turn: method, target, body, headers
-- as lines "name: value"; parts end with 0x1e, requests with 0x1d. Counts answers that are no success.
local requests = {}
local next_request = 0
local threads = {}

function setup(thread)
  table.insert(threads, thread)
  thread:set("offset", #threads * 7)
end

function init(arguments)
  failed = 0
  local file = io.open(os.getenv("REQUESTS"), "rb")
  for item in file:read("*a"):gmatch("([^\29]+)\29") do
    local method, target, body, lines = item:match("^([^\30]*)\30([^\30]*)\30([^\30]*)\30([^\30]*)")
    local headers = {}
    for name, value in lines:gmatch("([^:\n]+): ([^\n]*)") do headers[name] = value end
    table.insert(requests, wrk.format(method, target, headers, body ~= "" and body or nil))
  end
  file:close()
  next_request = offset
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end

function done(summary, latency, each)
  io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    summary.errors.status))
end
