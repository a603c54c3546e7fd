-- SPDX-License-Identifier: Apache-2.0
-- For wrk: the pauses of LOAD=half, and a line of results in microseconds.
if os.getenv("LOAD") == "half" then
   function delay() return math.random(4, 12) end
end

function done(summary, latency)
   local errors = summary.errors
   if errors.connect + errors.read + errors.write + errors.status + errors.timeout > 0 then
      print("errors: " .. errors.connect .. " " .. errors.read .. " " .. errors.write .. " " ..
            errors.status .. " " .. errors.timeout)
      return
   end
   print(string.format("W %d %d %d %d", summary.requests, summary.duration,
                       latency:percentile(50), latency:percentile(99)))
end
