import PorticoSQL
import PorticoValues

/// Where a step of a workflow stands.
public enum JobStepState: String, Sendable, CaseIterable, SQLReadable, SQLBindable {
    /// For those before it.
    case waiting
    /// Its jobs may run, or do.
    case started
    /// All of its jobs did what they should.
    case succeeded
    /// One of its jobs failed or was cancelled. A replay of that job starts it again.
    case failed
    /// It can't begin any more: what it waited for has ended otherwise.
    case skipped
    /// The workflow was cancelled before it began.
    case cancelled

    /// Whether nothing more happens by itself.
    public var isFinal: Bool { self != .waiting && self != .started }
}

/// The place of a job in a workflow.
struct JobStepPlace: Sendable {
    let workflow: Int64
    let id: Int64
    /// Whether the step has not begun.
    let waits: Bool
}

/// The steps of a workflow with what they wait for: which of them begin now, and which never will.
struct JobWorkflowMap: Sendable {
    struct Step: Sendable {
        let id: Int64
        var state: JobStepState
        /// Jobs of it that have not ended.
        let open: Int
        /// Those that failed or were cancelled.
        let unsuccessful: Int

        /// What it becomes when it begins: one without jobs that could run, such as an empty batch, is at its end.
        var begun: JobStepState { open > 0 ? .started : unsuccessful > 0 ? .failed : .succeeded }
    }

    struct Edge: Sendable {
        let before: Int64
        let after: Int64
        let condition: JobStepCondition
    }

    /// What becomes of a step that waits.
    private enum Verdict {
        case begins, waits, never
    }

    /// Steps that change.
    struct Moves: Sendable, Equatable {
        var begun: [Int64] = []
        var skipped: [Int64] = []
    }

    private(set) var steps: [Step]
    private let edges: [Int64: [Edge]]

    init(steps: [Step], edges: [Edge]) {
        self.steps = steps
        self.edges = Dictionary(grouping: edges, by: \.after)
    }

    /// Whether nothing more happens by itself, and no step waits.
    var isFinished: Bool { steps.allSatisfy(\.state.isFinal) }

    /// Whether a step has not done what it should.
    var isFailed: Bool { steps.contains { $0.state == .failed || $0.state == .cancelled } }

    func state(of step: Int64) -> JobStepState? { steps.first { $0.id == step }?.state }

    /// Begins and skips what is to, as long as that makes more of it.
    mutating func advance() -> Moves {
        var moves = Moves()
        var states = Dictionary(uniqueKeysWithValues: steps.map { ($0.id, $0.state) })
        var isMoving = true
        while isMoving {
            isMoving = false
            for index in steps.indices where steps[index].state == .waiting {
                let step = steps[index]
                switch verdict(on: step.id, states) {
                case .waits: continue
                case .begins:
                    moves.begun.append(step.id)
                    steps[index].state = step.begun
                case .never:
                    moves.skipped.append(step.id)
                    steps[index].state = .skipped
                }
                states[step.id] = steps[index].state
                isMoving = true
            }
        }
        return moves
    }

    private func verdict(on step: Int64, _ states: [Int64: JobStepState]) -> Verdict {
        var verdict = Verdict.begins
        for edge in edges[step] ?? [] {
            switch JobWorkflowMap.verdict(edge.condition, states[edge.before] ?? .waiting) {
            case .begins: continue
            case .waits: verdict = .waits
            case .never: return .never
            }
        }
        return verdict
    }

    /// A step that failed may succeed yet, so that what follows its success waits on.
    private static func verdict(_ condition: JobStepCondition, _ before: JobStepState) -> Verdict {
        switch (condition, before) {
        case (_, .waiting), (_, .started): .waits
        case (.succeeded, .succeeded), (.failed, .failed): .begins
        case (.succeeded, .failed): .waits
        case (.ended, .succeeded), (.ended, .failed), (.ended, .skipped): .begins
        case (.succeeded, .skipped), (.failed, .succeeded), (.failed, .skipped), (_, .cancelled): .never
        }
    }
}
