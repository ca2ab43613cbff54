import Kernels
import Synchronization
import Testing

@Suite struct ThreadsTests {
    @Test("every index is visited once", arguments: [1, 2, 3, 8], [0, 1, 2, 7, 1000])
    func parallelVisits(threads: Int, count: Int) {
        let visits = Mutex([Int](repeating: 0, count: count))
        withThreads(threads) {
            parallel(count) { index in visits.withLock { $0[index] += 1 } }
        }
        #expect(visits.withLock { $0.allSatisfy { $0 == 1 } })
    }

    @Test("ranges cover every index once and start at multiples of the grain")
    func rangesVisit() {
        for threads in [1, 2, 3, 8] {
            for grain in [1, 7, 16] {
                for count in [0, 1, 6, 7, 8, 15, 16, 17, 100, 1001] {
                    let found = Mutex([Range<Int>]())
                    withThreads(threads) {
                        parallelRanges(count, grain: grain) { range in
                            found.withLock { $0.append(range) }
                        }
                    }
                    let ranges = found.withLock { $0.sorted { $0.lowerBound < $1.lowerBound } }
                    #expect(ranges.flatMap { Array($0) } == Array(0..<count))
                    #expect(ranges.count <= threads)
                    #expect(ranges.allSatisfy { !$0.isEmpty && $0.lowerBound % grain == 0 })
                }
            }
        }
    }

    @Test("there is never less than one thread")
    func atLeastOne() {
        withThreads(-3) { #expect(Threads.count == 1) }
    }
}
