import Foundation

/// One HTTP request to a server on this machine; Foundation's URLSession on Linux refuses the headers that
/// chromedriver answers with.
struct LocalConnection {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let port: UInt16

    /// What the body of the answer holds.
    func answer(to method: String, _ path: String, _ body: Data) throws -> Data {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        // Longer than any answer takes.
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(
            connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failure(description: "no connection to port \(port)") }
        let head = """
            \(method) \(path) HTTP/1.1\r
            Host: 127.0.0.1:\(port)\r
            Content-Type: application/json\r
            Content-Length: \(body.count)\r
            Connection: close\r
            \r\n
            """
        try send(Array(head.utf8) + body, over: connection)
        return try content(of: connection)
    }

    private func send(_ bytes: [UInt8], over connection: Int32) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                write(connection, $0.baseAddress, $0.count)
            }
            guard count > 0 else { throw Failure(description: "the driver hangs up") }
            sent += count
        }
    }

    /// Reads as many bytes as the header promises.
    private func content(of connection: Int32) throws -> Data {
        var (data, part) = (Data(), [UInt8](repeating: 0, count: 1 << 16))
        while true {
            if let end = data.firstRange(of: Data("\r\n\r\n".utf8)) {
                let head = String(decoding: data[..<end.lowerBound], as: UTF8.self)
                guard let match = head.firstMatch(of: /(?i)content-length: *(\d+)/),
                    let length = Int(match.1)
                else { throw Failure(description: "an answer without length: \(head)") }
                if data.count - end.upperBound >= length {
                    return Data(data[end.upperBound...].prefix(length))
                }
            }
            let count = read(connection, &part, part.count)
            guard count > 0 else { throw Failure(description: "the driver ends its answer early") }
            data += part.prefix(count)
        }
    }
}
