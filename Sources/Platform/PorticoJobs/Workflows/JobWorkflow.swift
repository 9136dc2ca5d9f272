import PorticoValues

/// Steps that belong together, and which of them begin when. It is enqueued as a whole, in the transaction that makes it
/// necessary.
///
/// ```swift
/// var workflow = JobWorkflow("orders.ship")
/// workflow.add("pick", Pick(order: 7))
/// workflow.add("weigh", Weigh(order: 7), after: ["pick"])
/// workflow.add("label", PrintLabel(order: 7), after: ["pick"])
/// workflow.add("hand over", HandOver(order: 7), after: ["weigh", "label"])
/// workflow.add("tell", TellOffice(order: 7), after: [.failed("hand over")])
/// ```
///
/// A step that fails holds up what follows its success, and nothing else; a replay of its job lets that go on. A step runs
/// once, and again only where one of its jobs is replayed.
public struct JobWorkflow: Sendable {
    /// The most steps of a workflow. A batch is one step, however many jobs it has.
    public static let mostSteps = 500

    /// A step with its jobs: one, or those of a batch.
    struct Step: Sendable {
        let name: String
        let jobs: [any Job]
        let isBatch: Bool
        let after: [JobStepEdge]
    }

    /// What it does, for operators.
    public let name: String
    private(set) var steps: [Step] = []

    /// A workflow without steps.
    /// - Parameter name: 1 to 100 characters.
    public init(_ name: String) {
        self.name = name
    }

    /// Adds a step that is one job.
    /// - Parameters:
    ///   - name: its name in the workflow, 1 to 100 characters.
    ///   - edges: what it waits for; all of it. Steps may be named before they are added.
    public mutating func add(_ name: String, _ job: any Job, after edges: [JobStepEdge] = []) {
        steps.append(Step(name: name, jobs: [job], isBatch: false, after: edges))
    }

    /// Adds a step of many jobs, which run side by side. It has ended when all of them have, and has succeeded when all of
    /// them did. Its jobs may add more (``JobRun/add(_:priority:in:)``). Jobs that count as the same as another are left out.
    /// - Parameters:
    ///   - name: its name in the workflow, 1 to 100 characters.
    ///   - edges: what it waits for; all of it.
    public mutating func add(_ name: String, batch jobs: [any Job], after edges: [JobStepEdge] = []) {
        steps.append(Step(name: name, jobs: jobs, isBatch: true, after: edges))
    }

    /// Adds a step that begins when the one that was added last has succeeded.
    /// - Parameter name: its name in the workflow, 1 to 100 characters.
    public mutating func then(_ name: String, _ job: any Job) {
        let edges = steps.last.map { [JobStepEdge.succeeded($0.name)] } ?? []
        add(name, job, after: edges)
    }

    /// Steps one after the other: each begins when the one before has succeeded.
    public static func chain(_ name: String, _ steps: KeyValuePairs<String, any Job>) -> JobWorkflow {
        var workflow = JobWorkflow(name)
        for (step, job) in steps { workflow.then(step, job) }
        return workflow
    }

    /// Jobs side by side, in the step `jobs`, and what follows their end: the steps `success`, `failure` and `end`.
    /// - Parameters:
    ///   - onSuccess: when all have succeeded, also where that took a replay.
    ///   - onFailure: when all have ended and not all succeeded; once.
    ///   - onEnd: when all have ended, however; once.
    public static func batch(
        _ name: String, _ jobs: [any Job], onSuccess: (any Job)? = nil, onFailure: (any Job)? = nil,
        onEnd: (any Job)? = nil
    ) -> JobWorkflow {
        var workflow = JobWorkflow(name)
        workflow.add("jobs", batch: jobs)
        if let onSuccess { workflow.add("success", onSuccess, after: [.succeeded("jobs")]) }
        if let onFailure { workflow.add("failure", onFailure, after: [.failed("jobs")]) }
        if let onEnd { workflow.add("end", onEnd, after: [.ended("jobs")]) }
        return workflow
    }
}

/// What a step waits for: another one, and how that must have ended. As a literal, that it has succeeded.
public struct JobStepEdge: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The step that comes before.
    public let step: String
    /// How it must have ended.
    public let condition: JobStepCondition

    init(_ step: String, _ condition: JobStepCondition) {
        self.step = step
        self.condition = condition
    }

    /// The step must have succeeded.
    public static func succeeded(_ step: String) -> JobStepEdge { JobStepEdge(step, .succeeded) }

    /// One of the step's jobs must have failed, or have been cancelled.
    public static func failed(_ step: String) -> JobStepEdge { JobStepEdge(step, .failed) }

    /// The step must have ended, however, or have been skipped.
    public static func ended(_ step: String) -> JobStepEdge { JobStepEdge(step, .ended) }

    /// The step of this name must have succeeded.
    public init(stringLiteral step: String) {
        self.init(step, .succeeded)
    }
}

/// How a step must have ended for another one to begin.
public enum JobStepCondition: String, Sendable, CaseIterable {
    /// All of its jobs have succeeded.
    case succeeded
    /// One of its jobs has not.
    case failed
    /// In whatever way.
    case ended
}
