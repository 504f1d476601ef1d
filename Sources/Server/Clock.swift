import Glibc

/// Milliseconds of a clock that never jumps.
func monotonicMilliseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
}

/// Seconds since 1970, for Date.
func wallClockSeconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME_COARSE, &time)
  return time.tv_sec
}
