# Ruby's threads, each a thread of the system's that waits for Ruby's lock, with a timer thread beside them. Each part
# says whether all was well.
require 'socket'
require 'timeout'
require 'monitor'

$stdout.sync = true
Thread.report_on_exception = false

def now
  Process.clock_gettime(Process::CLOCK_MONOTONIC)
end

def took(least, most = least + 10)
  start = now
  yield
  (least..most).cover?(now - start)
end

def raises?(kind)
  yield
  false
rescue kind
  true
end

def many_threads
  values = nil
  took(0.2) { values = 500.times.map { |n| Thread.new { sleep 0.2; n * n } }.map(&:value) } &&
    values.sum == (0...500).sum { |n| n * n }
end

def queues
  queue = SizedQueue.new(3)
  most = 0
  producers = 20.times.map { |p| Thread.new { 50.times { |n| queue << [p, n]; most = [most, queue.size].max } } }
  consumers = 20.times.map do
    Thread.new do
      taken = []
      while (item = queue.pop)
        taken << item
        Thread.pass
      end
      taken
    end
  end
  producers.each(&:join)
  queue.close
  items = consumers.flat_map(&:value)
  items.size == 1000 && items.uniq.size == 1000 && most <= 3 &&
    raises?(ThreadError) { Queue.new.pop(true) } && raises?(ClosedQueueError) { queue << 1 }
end

def mutexes
  mutex = Mutex.new
  count = 0
  20.times.map { Thread.new { 10.times { mutex.synchronize { seen = count; sleep 0.0005; count = seen + 1 } } } }.each(&:join)
  mutex.lock
  count == 200 && raises?(ThreadError) { mutex.lock } && Thread.new { mutex.try_lock }.value == false &&
    raises?(ThreadError) { Thread.new { mutex.unlock }.value }
end

def conditions
  mutex = Mutex.new
  changed = ConditionVariable.new
  turn = 0
  100.times.map do |n|
    Thread.new do
      mutex.synchronize do
        changed.wait(mutex) until turn == 99 - n
        turn += 1
        changed.broadcast
      end
    end
  end.each(&:join)
  turn == 100 && took(0.05) { mutex.synchronize { changed.wait(mutex, 0.05) } }
end

def monitors
  monitor = Monitor.new
  condition = monitor.new_cond
  ready = false
  waiting = Thread.new { monitor.synchronize { monitor.synchronize { condition.wait_until { ready } } } }
  sleep 0.01
  monitor.synchronize { ready = true; condition.signal }
  !waiting.join(10).nil?
end

def sleepers
  sleeping = Thread.new { sleep; :woken }
  Thread.pass until sleeping.stop?
  joined_early = sleeping.join(0.02)
  sleeping.wakeup
  joined_early.nil? && sleeping.value == :woken && took(0.1) { sleep 0.1 } &&
    Thread.new { Thread.stop; 1 }.tap { |t| Thread.pass until t.stop?; t.run }.value == 1
end

def killing
  ensured = Queue.new
  reader, writer = IO.pipe
  waits = [-> { sleep }, -> { Queue.new.pop }, -> { reader.read }, -> { reader.wait_readable }]
  threads = waits.map { |wait| Thread.new { begin wait.call ensure ensured << 1 end } }
  sleep 0.05
  threads.each(&:kill)
  joined = threads.all? { |t| t.join(10) }
  writer.close
  joined && ensured.size == waits.size && threads.none?(&:alive?)
end

def raising
  mutex = Mutex.new
  waiting = Thread.new { mutex.synchronize { sleep } }
  Thread.pass until waiting.stop?
  waiting.raise(ArgumentError, 'from outside')
  raises?(ArgumentError) { waiting.join } && !mutex.locked?
end

def timeouts
  reader, = IO.pipe
  raises?(Timeout::Error) { Timeout.timeout(0.05) { sleep } } &&
    raises?(Timeout::Error) { Timeout.timeout(0.05) { reader.read } } &&
    Timeout.timeout(10) { :in_time } == :in_time &&
    20.times.map { |n| Thread.new { raises?(Timeout::Error) { Timeout.timeout(0.02) { sleep } } } }.all?(&:value)
end

def thread_locals
  values = 100.times.map do |n|
    Thread.new do
      Thread.current[:fiber] = n
      Thread.current.thread_variable_set(:thread, n)
      sleep 0.001
      Fiber.new { Thread.current[:fiber] }.resume.nil? && Thread.current[:fiber] == n &&
        Thread.current.thread_variable_get(:thread) == n
    end
  end
  values.all?(&:value) && Thread.current[:fiber].nil?
end

# The collector looks through the stacks of threads that wait deep down.
def collection
  deep = ->(depth) { depth.zero? ? sleep(0.1) : [String.new("kept #{depth}"), deep.(depth - 1)].first }
  threads = 50.times.map { Thread.new { deep.(100) } }
  5.times { 20_000.times { +'litter' }; GC.start; sleep 0.01 }
  GC.compact if GC.respond_to?(:compact)
  threads.all? { |t| t.value == 'kept 100' }
end

def too_deep
  dive = ->(n) { dive.(n + 1) + 1 }
  Thread.new { raises?(SystemStackError) { dive.(0) } }.value && raises?(SystemStackError) { dive.(0) }
end

def answers(server)
  loop do
    Thread.new(server.accept) do |client|
      while (line = client.gets)
        client.write(line.reverse)
      end
      client.close
    end
  end
end

def servers
  server = TCPServer.new('127.0.0.1', 0)
  accepting = Thread.new { answers(server) }
  rights = 200.times.map do |n|
    Thread.new do
      TCPSocket.open('127.0.0.1', server.addr[1]) do |socket|
        5.times.all? do |round|
          line = "#{n} #{round} #{'x' * (n * round)}"
          socket.puts line
          sleep 0.001
          socket.read(line.size + 1) == "\n#{line.reverse}"
        end
      end
    end
  end
  all = rights.map(&:value).all?
  accepting.kill.join
  server.close
  all
end

def children
  outputs = 5.times.map { |n| Thread.new { `sleep 0.1; echo #{n}` } }
  forked = Thread.new { Process.wait2(fork { Thread.new { sleep 0.01 }.join; exit!(7) })[1].exitstatus }
  took(0.1) { outputs = outputs.map(&:value) } && outputs == 5.times.map { |n| "#{n}\n" } && forked.value == 7
end

def signals
  got = Queue.new
  previous = trap('USR1') { Thread.main[:signal] = :seen; got << 1 }
  others = 3.times.map { Thread.new { sleep } }
  Process.kill('USR1', Process.pid)
  seen = Timeout.timeout(10) { got.pop }
  others.each(&:kill).each(&:join)
  trap('USR1', previous)
  seen == 1 && Thread.main[:signal] == :seen
end

parts = %i[many_threads queues mutexes conditions monitors sleepers killing raising timeouts thread_locals collection
            too_deep servers children signals]
failed = parts.reject do |part|
  well = send(part)
  puts "#{part}: #{well ? 'ok' : 'FAILED'}"
  well
end
exit failed.empty?
