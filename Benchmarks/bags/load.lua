-- What wrk sends. PORTICO_BENCH_PLAN names a Lua file that returns:
--   sessions  { { cookie, csrf, sacks = { code… } }… }  people who scan, each with empty sacks of their own
--   reader    { cookie… }                                 people who read
--   paths     { path… }                                   what is read, in turn
--   scan_path where scans go
--   scans     share of scans among all requests, 0 … 1
--   run       three digits, different in every run, so that codes of bags are new
--   pause     milliseconds that a connection rests between two requests on average; nil for none
-- It prints one line that begins with RESULT and holds JSON.

local plan = dofile(os.getenv("PORTICO_BENCH_PLAN"))
local threads = tonumber(os.getenv("PORTICO_BENCH_THREADS"))
local begun = 0

function setup(thread)
  thread:set("number", begun)
  begun = begun + 1
end

local reads, slots, turn, bags = {}, {}, 0, 0

local function head(method, path, cookie)
  return method .. " " .. path .. " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port .. "\r\nCookie: " .. cookie .. "\r\n"
end

function init()
  math.randomseed(tonumber(plan.run) * 100 + number)
  for index, path in ipairs(plan.paths) do
    reads[index] = head("GET", path, plan.reader[index % #plan.reader + 1]) .. "\r\n"
  end
  -- A slot is a packing table: it fills one sack after the other. Tables are shared out among the threads.
  for index, session in ipairs(plan.sessions) do
    local mine = {}
    for place, sack in ipairs(session.sacks) do
      if place % threads == number then mine[#mine + 1] = sack end
    end
    local pool = { sacks = mine, taken = 0 }
    for _ = 1, math.min(8, #mine) do
      slots[#slots + 1] = {
        head = head("POST", plan.scan_path, session.cookie) .. "X-CSRF-Token: " .. session.csrf
          .. "\r\nContent-Type: application/json\r\nContent-Length: ",
        pool = pool, count = 30,
      }
    end
  end
end

local function scan()
  turn = turn % #slots + 1
  local slot = slots[turn]
  if slot.count == 30 then
    slot.count = 0
    slot.pool.taken = slot.pool.taken + 1
    -- Past the last sack the server refuses, and the run says so.
    slot.sack = slot.pool.sacks[math.min(slot.pool.taken, #slot.pool.sacks)]
  end
  slot.count = slot.count + 1
  bags = bags + 1
  local body = string.format(
    '{"parent":"%s","code":"9%s%d%07d","client_scan_id":"bench-%s-%d-%08d"}', slot.sack, plan.run, number, bags,
    plan.run, number, bags)
  return slot.head .. #body .. "\r\n\r\n" .. body
end

local at
function request()
  if #slots > 0 and (#reads == 0 or math.random() < plan.scans) then return scan() end
  -- Each thread begins elsewhere, so that they do not ask for the same at the same time.
  at = (at or math.floor(#reads * number / threads)) % #reads + 1
  return reads[at]
end

if plan.pause then
  -- Half to one and a half times the pause: people who act in step would only measure the wave.
  function delay() return math.random(math.floor(plan.pause / 2), math.floor(plan.pause * 1.5)) end
end

function done(summary, latency)
  local errors = summary.errors
  local figures = { requests = summary.requests, microseconds = summary.duration, bytes = summary.bytes,
    bad_status = errors.status, broken = errors.connect + errors.read + errors.write + errors.timeout,
    max = latency.max }
  for _, share in ipairs({ 50, 90, 95, 99 }) do figures["p" .. share] = latency:percentile(share) end
  figures["p999"] = latency:percentile(99.9)
  local parts = {}
  for name, value in pairs(figures) do parts[#parts + 1] = string.format('"%s":%d', name, value) end
  io.write("RESULT {" .. table.concat(parts, ",") .. "}\n")
end
