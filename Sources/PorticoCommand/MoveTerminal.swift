import Foundation
import Portico
import Synchronization

/// Where the words of a move go: what became of it to the standard output, how far it is to the standard error stream.
final class MoveTerminal: Sendable {
    private let report: Mutex<MoveReport>
    private let name: String

    init(of name: String) {
        self.name = name
        report = Mutex(MoveReport(of: name, MoveTerminal.style))
    }

    /// A line that is redrawn needs a terminal that can go back in it.
    private static var style: MoveReport.Style {
        let kind = ProcessInfo.processInfo.environment["TERM"] ?? ""
        guard isatty(STDERR_FILENO) == 1, !kind.isEmpty, kind != "dumb" else { return .lines }
        var size = winsize()
        let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return .terminal(columns: isKnown ? Int(size.ws_col) : 80)
    }

    /// Shows a piece of news.
    func hear(_ news: DataMoveNews) {
        switch news {
        case .progress(let progress):
            report.withLock { write($0.text(for: progress, at: monotonicNanoseconds())) }
        case .goesOn(let resumption): say(MoveReport.line(resumption, of: name))
        case .compared(let table): say(MoveReport.line(table))
        }
    }

    /// Shows how far it is also while there are no news, until it is cancelled.
    func watch() async {
        while (try? await Task.sleep(for: .milliseconds(200))) != nil {
            report.withLock { write($0.tick(at: monotonicNanoseconds())) }
        }
    }

    /// Prints a line of the result.
    func say(_ line: String) {
        report.withLock { report in
            write(report.cleared())
            print(line)
            fflush(nil)
        }
    }

    /// Says what went wrong.
    func complain(_ line: String) {
        report.withLock { report in
            write(report.cleared())
            write("\(name): \(line)\n")
        }
    }

    /// Says that it has heard of the wish to end.
    @Sendable func announceEnd() {
        complain("interrupted; it ends behind the step under way, or at once when it is told again")
    }

    /// Leaves the terminal as it was.
    func end() {
        report.withLock { write($0.cleared()) }
    }

    private func write(_ text: String?) {
        // Nobody may read it any more; the move goes on all the same.
        if let text { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
    }
}
