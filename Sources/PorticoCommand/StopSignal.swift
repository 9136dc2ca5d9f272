import Dispatch
import Foundation
import Portico

/// Waits for the operating system to ask for the end: SIGTERM, or SIGINT from the keyboard.
struct StopSignal {
    private let bell = EventBell()
    private let sources: [any DispatchSourceSignal]

    /// Listens from now on.
    init() {
        signal(SIGPIPE, SIG_IGN)
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        for source in sources {
            source.setEventHandler { [bell] in bell.ring() }
            source.resume()
        }
    }

    /// Returns after the first signal.
    func wait() async {
        await bell.wait(atMost: .days(36_500))
        for source in sources { source.cancel() }
    }
}
