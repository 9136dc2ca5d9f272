import Glibc

/// One thing to fuzz: what is done with an input, and what must hold then.
struct FuzzTarget: Sendable {
    /// How the command line and the folder of its seeds name it.
    let name: String
    /// Ends the process when a property does not hold.
    let check: @Sendable ([UInt8]) -> Void

    static let all = [
        FuzzTarget(name: "json", check: JSONProperties.check),
        FuzzTarget(name: "resp", check: RESPProperties.check),
        FuzzTarget(name: "http", check: HTTPProperties.check),
        FuzzTarget(name: "target", check: TargetProperties.check),
        FuzzTarget(name: "percent", check: PercentProperties.check),
        FuzzTarget(name: "cookies", check: FieldProperties.checkCookies),
        FuzzTarget(name: "fields", check: FieldProperties.checkFields),
        FuzzTarget(name: "forwarded", check: ForwardedProperties.check),
        FuzzTarget(name: "networks", check: NetworkProperties.check),
        FuzzTarget(name: "return-path", check: ReturnPathProperties.check),
        FuzzTarget(name: "cursor", check: SignedProperties.checkCursor),
        FuzzTarget(name: "access-token", check: SignedProperties.checkAccessToken),
        FuzzTarget(name: "credentials", check: SignedProperties.checkCredentials),
        FuzzTarget(name: "base64url", check: TextProperties.checkBase64URL),
        FuzzTarget(name: "time", check: TimeProperties.check),
        FuzzTarget(name: "email", check: TextProperties.checkEmail),
        FuzzTarget(name: "redis-url", check: TextProperties.checkRedisURL),
        FuzzTarget(name: "csv", check: TableProperties.checkCSV),
        FuzzTarget(name: "xlsx", check: TableProperties.checkWorkbook),
        FuzzTarget(name: "sheet", check: TableProperties.checkSheet),
        FuzzTarget(name: "multipart", check: MultipartProperties.check),
        FuzzTarget(name: "bag-codes", check: BagCodeProperties.check),
        FuzzTarget(name: "bag-labels", check: BagLabelProperties.check),
        FuzzTarget(name: "mail", check: MailProperties.check),
        FuzzTarget(name: "schedules", check: ScheduleProperties.check),
        FuzzTarget(name: "fast-path", check: FastPathProperties.check),
        FuzzTarget(name: "websocket", check: WebSocketProperties.check),
        FuzzTarget(name: "webhook-signature", check: WebhookProperties.check),
        FuzzTarget(name: "outbound-url", check: OutboundProperties.check),
    ]
}

/// Ends the process when a property does not hold, so that the fuzzer keeps the input.
func expect(_ holds: Bool, _ claim: @autoclosure () -> String) {
    guard !holds else { return }
    let line = Array("broken property: \(claim())\n".utf8)
    write(STDERR_FILENO, line, line.count)
    abort()
}
