/// Why a workflow is not enqueued.
public enum JobWorkflowError: Error, Sendable, Hashable, CustomStringConvertible {
    /// It has no step.
    case noSteps
    /// It has more than ``JobWorkflow/mostSteps``.
    case tooManySteps(Int)
    /// A name is empty or longer than 100 characters.
    case badName(String)
    /// Two steps have the same name.
    case repeatedStep(String)
    /// A step waits for one that the workflow does not have.
    case unknownStep(String, before: String)
    /// A step waits for the same one twice.
    case repeatedEdge(String, before: String)
    /// Steps that wait for each other, in the order of waiting.
    case cycle([String])
    /// Two steps whose jobs count as the same (``Job/uniqueness``).
    case sameJob(String, as: String)
    /// A job that counts as the same as a step's is there already.
    case taken(step: String, by: Int64)
    /// Jobs are added only to a batch, by one of its jobs.
    case noBatch

    /// What is wrong.
    public var description: String {
        switch self {
        case .noSteps: "the workflow has no step"
        case .tooManySteps(let count): "the workflow has \(count) steps; \(JobWorkflow.mostSteps) are the most"
        case .badName: "a name of a workflow or step has 1 to 100 characters"
        case .repeatedStep(let step): "the step \(step) is there twice"
        case .unknownStep(let step, let next): "the step \(next) waits for \(step), which is not there"
        case .repeatedEdge(let step, let next): "the step \(next) waits for \(step) twice"
        case .cycle(let steps): "the steps \(steps.joined(separator: ", ")) wait for each other"
        case .sameJob(let step, let other): "the jobs of the steps \(step) and \(other) count as the same"
        case .taken(let step, let job): "job \(job) counts as the same as the step \(step)"
        case .noBatch: "the job is not part of a batch"
        }
    }
}

extension JobWorkflow {
    /// Looks whether every step can begin some day.
    /// - Throws: ``JobWorkflowError``.
    func check() throws(JobWorkflowError) {
        guard !steps.isEmpty else { throw .noSteps }
        guard steps.count <= JobWorkflow.mostSteps else { throw .tooManySteps(steps.count) }
        for text in [name] + steps.map(\.name) where !(1...100).contains(text.count) { throw .badName(text) }
        var known: Set<String> = []
        for step in steps where !known.insert(step.name).inserted { throw .repeatedStep(step.name) }
        for step in steps {
            var before: Set<String> = []
            for edge in step.after {
                guard known.contains(edge.step) else { throw .unknownStep(edge.step, before: step.name) }
                guard before.insert(edge.step).inserted else {
                    throw .repeatedEdge(edge.step, before: step.name)
                }
            }
        }
        if let cycle { throw .cycle(cycle) }
    }

    /// Steps that wait for each other; nil when none do. Asks for names that are known.
    private var cycle: [String]? {
        let before = Dictionary(steps.map { ($0.name, $0.after.map(\.step)) }) { first, _ in first }
        var left = before
        while let free = left.first(where: { entry in entry.value.allSatisfy { left[$0] == nil } }) {
            left[free.key] = nil
        }
        guard var at = left.keys.min() else { return nil }
        // Each of those left waits for another that is left: whoever follows them comes round.
        var way: [String] = []
        while !way.contains(at) {
            way.append(at)
            guard let next = before[at]?.first(where: { left[$0] != nil }) else { return way }
            at = next
        }
        return way.firstIndex(of: at).map { Array(way[$0...]) }
    }
}
