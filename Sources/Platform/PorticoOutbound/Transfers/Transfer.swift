import CCurl
import Glibc
import PorticoLimits
import PorticoValues
import Synchronization

/// How one call ended.
enum TransferOutcome: Sendable {
    case answered(OutboundResponse)
    case failed(OutboundError)
    case cancelled
}

/// What a transfer needs besides the request.
struct TransferSettings: Sendable {
    let policy: DestinationPolicy
    let connectTimeout: Span
    let readTimeout: Span
    let authorities: String?
    let userAgent: String
    /// Where the request's host is, when the resolver is not asked.
    let addresses: [String]
    /// How long it may take: milliseconds, at least one.
    let milliseconds: Int64
}

/// One call on one handle of libcurl.
///
/// `@unchecked Sendable`: made by the caller and then given to ``TransferLoop``, whose thread alone touches it until it
/// ends; `isUnwanted`, which others set meanwhile, is atomic.
final class Transfer: @unchecked Sendable {
    let handle: UnsafeMutableRawPointer
    /// Called once, by the loop.
    var finish: (@Sendable (TransferOutcome) -> Void)?
    let isUnwanted = Atomic<Bool>(false)
    private let request: OutboundRequest
    private let policy: DestinationPolicy
    private var fields: [OutboundRequest.Field] = []
    private var headerBytes = 0
    private var body: [UInt8] = []
    private var isTooLarge = false
    private var isRefused = false
    private var list: UnsafeMutablePointer<curl_slist>?
    private var resolved: UnsafeMutablePointer<curl_slist>?

    private static let library = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    /// The most bytes of header fields.
    private static let headerLimit = 65_536

    /// A transfer, or nil when there is no memory for one.
    init?(_ request: OutboundRequest, _ settings: TransferSettings) {
        guard Transfer.library == CURLE_OK, let handle = curl_easy_init() else { return nil }
        self.handle = handle
        self.request = request
        self.policy = settings.policy
        address(settings)
        send()
        receive()
        guardConnections()
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(list)
        curl_slist_free_all(resolved)
    }

    /// What came of it, after the handle has ended with a code.
    func outcome(_ code: CURLcode) -> TransferOutcome {
        if isUnwanted.load(ordering: .relaxed) { return .cancelled }
        let isCut = isTooLarge && request.cutsBody
        if code == CURLE_OK || isCut { return .answered(response(isCut: isCut)) }
        return .failed(OutboundError(kind(of: code), origin: request.url.origin, detail: detail(of: code)))
    }

    private func response(isCut: Bool) -> OutboundResponse {
        OutboundResponse(
            status: portico_curl_info_number(handle, CURLINFO_RESPONSE_CODE), headers: fields, body: body, isCut: isCut,
            address: portico_curl_info_text(handle, CURLINFO_PRIMARY_IP).map { String(cString: $0) } ?? "")
    }

    private func kind(of code: CURLcode) -> OutboundError.Code {
        if isRefused { return .refusedDestination }
        if isTooLarge { return .tooLarge }
        switch code {
        case CURLE_URL_MALFORMAT: return .invalidURL
        case CURLE_COULDNT_RESOLVE_HOST: return .unresolved
        case CURLE_COULDNT_CONNECT: return .unreachable
        case CURLE_OPERATION_TIMEDOUT: return .timeout
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
            return .insecure
        default: return .broken
        }
    }

    private func detail(of code: CURLcode) -> String {
        if isRefused { return "the address it leads to is not one that may be called" }
        if isTooLarge { return "the answer is larger than \(request.bodyLimit) bytes" }
        return String(cString: curl_easy_strerror(code))
    }

    // MARK: Settings

    private func address(_ settings: TransferSettings) {
        portico_curl_text(handle, CURLOPT_URL, request.url.text)
        portico_curl_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        portico_curl_number(handle, CURLOPT_FOLLOWLOCATION, 0)
        // On a connection that was kept and turns out to be dead libcurl sends again, which only these requests bear.
        portico_curl_number(handle, CURLOPT_FRESH_CONNECT, request.isIdempotent ? 0 : 1)
        // A proxy from the environment would make the check of addresses worthless.
        portico_curl_text(handle, CURLOPT_PROXY, "")
        portico_curl_number(handle, CURLOPT_NOSIGNAL, 1)
        portico_curl_number(handle, CURLOPT_SSL_VERIFYPEER, 1)
        portico_curl_number(handle, CURLOPT_SSL_VERIFYHOST, 2)
        portico_curl_number(handle, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        portico_curl_ciphers(handle)
        portico_curl_number(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        portico_curl_number(handle, CURLOPT_HTTP09_ALLOWED, 0)
        if let file = settings.authorities { portico_curl_text(handle, CURLOPT_CAINFO, file) }
        if !settings.addresses.isEmpty {
            let place = "\(request.url.host):\(request.url.port):\(settings.addresses.joined(separator: ","))"
            resolved = curl_slist_append(nil, place)
            portico_curl_list(handle, CURLOPT_RESOLVE, resolved)
        }
        let most = settings.milliseconds
        portico_curl_number(handle, CURLOPT_TIMEOUT_MS, Int(most))
        portico_curl_number(handle, CURLOPT_CONNECTTIMEOUT_MS, Int(min(most, settings.connectTimeout.milliseconds)))
        portico_curl_number(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
        portico_curl_number(
            handle, CURLOPT_LOW_SPEED_TIME, Int(max(1, (settings.readTimeout.milliseconds + 999) / 1000)))
        portico_curl_text(handle, CURLOPT_USERAGENT, settings.userAgent)
    }

    private func send() {
        portico_curl_text(handle, CURLOPT_CUSTOMREQUEST, request.method)
        if request.method == "HEAD" {
            portico_curl_number(handle, CURLOPT_NOBODY, 1)
        } else if !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) {
            portico_curl_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
            // Copied, because the array may move.
            _ = (request.body + [0]).withUnsafeBytes { bytes in
                portico_curl_text(
                    handle, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
            }
        }
        // What libcurl would add by itself.
        append("Expect:")
        if !request.has("content-type") { append("Content-Type:") }
        if !request.has("accept") { append("Accept: */*") }
        for field in request.headers {
            append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        portico_curl_list(handle, CURLOPT_HTTPHEADER, list)
    }

    private func append(_ line: String) {
        if let longer = curl_slist_append(list, line) { list = longer }
    }

    private func receive() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        portico_curl_pointer(handle, CURLOPT_WRITEDATA, context)
        portico_curl_take(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            return transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        portico_curl_pointer(handle, CURLOPT_HEADERDATA, context)
        portico_curl_take(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            return transfer.takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
    }

    private func guardConnections() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        portico_curl_pointer(handle, CURLOPT_OPENSOCKETDATA, context)
        portico_curl_open_socket(handle) { context, _, address in
            guard let context, let address else { return -1 }
            return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().open(address)
        }
        portico_curl_pointer(handle, CURLOPT_PREREQDATA, context)
        portico_curl_before_request(handle) { context, remote, _, port, _ in
            guard let context, let remote else { return 1 }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            return transfer.permits(String(cString: remote), port: Int(port)) ? 0 : 1
        }
    }

    // MARK: Callbacks of the loop's thread

    /// Takes bytes of the body; another number than came ends the transfer.
    private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        let room = request.bodyLimit - body.count
        guard bytes.count <= room else {
            isTooLarge = true
            if request.cutsBody { body += bytes.prefix(max(0, room)) }
            return 0
        }
        body += bytes
        return bytes.count
    }

    private func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        headerBytes += bytes.count
        guard headerBytes <= Transfer.headerLimit else { return 0 }
        // Each answer begins anew: an informational one may come before the last.
        if bytes.starts(with: "HTTP/".utf8) { fields = [] }
        guard let colon = bytes.firstIndex(of: 0x3A) else { return bytes.count }
        let name = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
        var value = bytes[(colon + 1)...]
        while let first = value.first, [0x20, 0x09].contains(first) { value = value.dropFirst() }
        while let last = value.last, [0x20, 0x09, 0x0D, 0x0A].contains(last) { value = value.dropLast() }
        fields.append((name: name, value: String(decoding: value, as: UTF8.self)))
        return bytes.count
    }

    /// Opens a socket to an address that may be called.
    private func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        guard let (text, port) = Transfer.text(of: address), permits(text, port: port) else {
            isRefused = true
            return -1
        }
        isRefused = false
        return socket(
            address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
    }

    /// Connections are shared: one that another call opened is checked as well, before anything is sent.
    private func permits(_ text: String, port: Int) -> Bool {
        guard let address = NetworkAddress(text), policy.permits(address, port: port) else {
            isRefused = true
            return false
        }
        return true
    }

    private static func text(of address: UnsafeMutablePointer<curl_sockaddr>) -> (String, Int)? {
        guard let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return nil }
        let bytes = UnsafeRawPointer(address) + offset
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let port: UInt16
        switch address.pointee.family {
        case AF_INET:
            var v4 = bytes.loadUnaligned(as: sockaddr_in.self)
            port = UInt16(bigEndian: v4.sin_port)
            guard inet_ntop(AF_INET, &v4.sin_addr, &text, socklen_t(text.count)) != nil else { return nil }
        case AF_INET6:
            var v6 = bytes.loadUnaligned(as: sockaddr_in6.self)
            port = UInt16(bigEndian: v6.sin6_port)
            guard inet_ntop(AF_INET6, &v6.sin6_addr, &text, socklen_t(text.count)) != nil else { return nil }
        default: return nil
        }
        return (String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self), Int(port))
    }
}
