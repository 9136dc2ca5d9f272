import NIOCore
import NIOPosix

/// The threads that send. Two at most: the server under measurement shares the machine.
enum BenchLoops {
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, min(System.coreCount, 2)))

    static var all: [any EventLoop] { Array(group.makeIterator()) }
}
