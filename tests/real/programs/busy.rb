# Threads that never wait take turns all the same, and are ended by a time limit or by another thread.
require 'timeout'

rounds = [0, 0]
done = false
threads = rounds.each_index.map { |n| Thread.new { rounds[n] += 1 until done } }
sleep 0.3
done = true
threads.each(&:join)
abort "rounds: #{rounds}" unless rounds.all?(&:positive?)

begin
  Timeout.timeout(0.1) { loop {} }
  abort 'the time limit did not come'
rescue Timeout::Error
  spinning = Thread.new { loop {} }
  sleep 0.05
  abort 'the kill did not come' unless spinning.kill.join(10)
end
