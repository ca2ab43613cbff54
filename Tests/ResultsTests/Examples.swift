import Results

extension RunRecord {
    static let example = RunRecord(
        command: "lens eval babilong", version: "0", model: "m", modelSHA256: "0", unembedHash: "1",
        unembeddingSHA256: "2", data: [], dataSHA256: "3", precision: "fp32", kernels: "avx2",
        blas: "", threads: 1)
}
