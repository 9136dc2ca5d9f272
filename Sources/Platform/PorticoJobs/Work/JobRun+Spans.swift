import PorticoTelemetry

extension JobRun {
    /// Ends the span of the run, by the semantic conventions of messaging.
    /// - Parameter end: what is to become of the job; nil when the run has written it itself or lost the job.
    func finishSpans(_ end: JobEnd?) {
        guard let spans = measure.spans else { return }
        let failure = JobRun.failure(end)
        let outcome: JobState? = isFinished ? .succeeded : end?.state
        let summary = measure.summary
        var attributes = [
            SpanAttribute("messaging.system", JobSending.system),
            SpanAttribute("messaging.operation.name", "process"), SpanAttribute("messaging.operation.type", "process"),
            SpanAttribute("messaging.destination.name", queueName), SpanAttribute("messaging.message.id", String(id)),
            SpanAttribute("portico.job.name", name), SpanAttribute("portico.job.attempt", attempt),
            SpanAttribute("portico.job.outcome", outcome?.rawValue ?? "lost"),
            SpanAttribute("portico.statements", summary.statements), SpanAttribute("portico.rows", summary.rows),
        ]
        if let origin { attributes.append(SpanAttribute("portico.request.id", origin.requestID)) }
        if let failure { attributes.append(SpanAttribute("error.type", failure)) }
        spans.finish(name: "process \(name)", attributes: attributes, isFailed: failure != nil)
    }

    /// Why a run failed, by the code of its note; nil when it did not, or only comes too early.
    private static func failure(_ end: JobEnd?) -> String? {
        switch end {
        case .failed(let note): note.code
        case .again(_, let note, let counts): counts ? note?.code : nil
        case .succeeded, .cancelled, .released, nil: nil
        }
    }
}
