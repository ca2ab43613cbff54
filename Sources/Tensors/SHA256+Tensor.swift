import Base

extension SHA256 {
    /// Adds the elements, little-endian float32 in row-major order.
    package func update(_ tensor: Tensor) {
        tensor.withElements { update(UnsafeRawBufferPointer($0)) }
    }
}
