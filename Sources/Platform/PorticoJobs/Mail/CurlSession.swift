import CCurl
import Glibc
import PorticoValues
import Synchronization

/// One handle of libcurl with the connection it keeps, for one message at a time.
///
/// `@unchecked Sendable`: whoever takes it from ``SMTPTransport``'s shelf is its only user until it is put back;
/// `isUnwanted`, which others set meanwhile, is atomic.
final class CurlSession: @unchecked Sendable {
    private let handle: UnsafeMutableRawPointer
    private var message: [UInt8] = []
    private var position = 0
    private var command = ""
    private(set) var reply: SMTPReply?
    private let isUnwanted = Atomic<Bool>(false)

    private static let library = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    /// A session, or nil when there is no memory for one.
    init?(_ settings: SMTPSettings) {
        guard CurlSession.library == CURLE_OK, let handle = curl_easy_init() else { return nil }
        self.handle = handle
        configure(settings)
    }

    deinit { curl_easy_cleanup(handle) }

    /// Ends the delivery under way soon.
    func giveUp() {
        isUnwanted.store(true, ordering: .relaxed)
    }

    /// Delivers a message, blocking the thread.
    /// - Throws: ``MailTrouble``, `CancellationError` after ``giveUp()``.
    func deliver(_ envelope: MailEnvelope) throws -> MailDelivery {
        (message, position, command, reply) = (envelope.message, 0, "", nil)
        let recipients = curl_slist_append(nil, "<\(envelope.recipient)>")
        defer {
            portico_curl_recipients(handle, nil)
            curl_slist_free_all(recipients)
            message = []
        }
        portico_curl_text(handle, CURLOPT_MAIL_FROM, "<\(envelope.sender)>")
        portico_curl_recipients(handle, recipients)
        let code = curl_easy_perform(handle)
        if code == CURLE_OK { return .sent(reply: reply.map { "\($0.code) \($0.text)" } ?? "") }
        if isUnwanted.load(ordering: .relaxed) { throw CancellationError() }
        if let reply, reply.code >= 400 { throw reply.trouble }
        throw MailTrouble(.unavailable, reply: String(cString: curl_easy_strerror(code)))
    }

    private func configure(_ settings: SMTPSettings) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        portico_curl_text(handle, CURLOPT_URL, settings.url)
        portico_curl_number(handle, CURLOPT_NOSIGNAL, 1)
        portico_curl_number(handle, CURLOPT_UPLOAD, 1)
        portico_curl_number(handle, CURLOPT_SSL_VERIFYPEER, 1)
        portico_curl_number(handle, CURLOPT_SSL_VERIFYHOST, 2)
        portico_curl_number(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        portico_curl_ciphers(handle)
        portico_curl_number(handle, CURLOPT_CONNECTTIMEOUT_MS, Int(settings.connectTimeout.milliseconds))
        portico_curl_number(handle, CURLOPT_TIMEOUT_MS, Int(settings.timeout.milliseconds))
        if settings.security == .startTLS {
            portico_curl_number(handle, CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue))
        }
        if let file = settings.authorities {
            portico_curl_text(handle, CURLOPT_CAINFO, file)
            // Otherwise the system's folder of certificates would still vouch for servers beside it.
            portico_curl_text(handle, CURLOPT_CAPATH, nil)
        }
        if let account = settings.account {
            portico_curl_text(handle, CURLOPT_USERNAME, account.name)
            portico_curl_text(handle, CURLOPT_PASSWORD, account.password.reveal())
        }
        portico_curl_pointer(handle, CURLOPT_READDATA, context)
        portico_curl_read(handle) { buffer, size, count, context in
            guard let buffer, let context else { return 0 }
            return Unmanaged<CurlSession>.fromOpaque(context).takeUnretainedValue().fill(buffer, size * count)
        }
        portico_curl_pointer(handle, CURLOPT_DEBUGDATA, context)
        portico_curl_number(handle, CURLOPT_VERBOSE, 1)
        portico_curl_observe(handle) { _, kind, bytes, count, context in
            guard let bytes, let context else { return 0 }
            let session = Unmanaged<CurlSession>.fromOpaque(context).takeUnretainedValue()
            session.observe(kind, UnsafeRawBufferPointer(start: bytes, count: count))
            return 0
        }
        portico_curl_pointer(handle, CURLOPT_XFERINFODATA, context)
        portico_curl_number(handle, CURLOPT_NOPROGRESS, 0)
        portico_curl_watch(handle) { context, _, _, _, _ in
            guard let context else { return 0 }
            let session = Unmanaged<CurlSession>.fromOpaque(context).takeUnretainedValue()
            return session.isUnwanted.load(ordering: .relaxed) ? 1 : 0
        }
    }

    private func fill(_ buffer: UnsafeMutablePointer<CChar>, _ room: Int) -> Int {
        let count = min(room, message.count - position)
        message.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, count > 0 else { return }
            memcpy(buffer, base + position, count)
        }
        position += count
        return count
    }

    /// Hears the conversation. Of what is sent only the verb is kept: what follows may be a password.
    private func observe(_ kind: curl_infotype, _ bytes: UnsafeRawBufferPointer) {
        switch kind {
        case CURLINFO_HEADER_OUT:
            let verb = bytes.prefix { (0x41...0x5A).contains($0) }
            // What has no verb goes on with the command before it, as the steps of AUTH do.
            if verb.count >= 4, verb.count == bytes.count || [0x20, 0x0D].contains(bytes[verb.count]) {
                command = String(decoding: verb, as: UTF8.self)
            }
        case CURLINFO_DATA_OUT:
            command = "BODY"
        case CURLINFO_HEADER_IN where command != "QUIT":
            reply = SMTPReply(String(decoding: bytes, as: UTF8.self), to: command) ?? reply
        default:
            break
        }
    }
}
