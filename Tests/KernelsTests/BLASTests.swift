import Kernels
import Testing

struct BLASTests {
    @Test(
        "a CPU that the library does not know gets kernels for its instructions",
        arguments: [
            ("Prescott", false, true, true, "SkylakeX"),
            ("Prescott", false, true, false, "Haswell"),
            ("Nehalem", false, true, true, "SkylakeX"),
        ])
    func switches(core: String, explicit: Bool, avx2: Bool, avx512: Bool, better: String) {
        #expect(
            BLAS.betterCore(
                than: core, isExplicit: explicit, hasAVX2: avx2, hasAVX512: avx512) == better)
    }

    @Test(
        "a core that fits, one that the user named, and a CPU without AVX2 are left alone",
        arguments: [
            ("Zen", false, true, true), ("SkylakeX", false, true, true),
            ("Haswell", false, true, false), ("Prescott", true, true, true),
            ("Prescott", false, false, false),
        ])
    func leavesAlone(core: String, explicit: Bool, avx2: Bool, avx512: Bool) {
        #expect(
            BLAS.betterCore(
                than: core, isExplicit: explicit, hasAVX2: avx2, hasAVX512: avx512) == nil)
    }

    @Test("states its version") func description() {
        #expect(BLAS.description.hasPrefix("OpenBLAS"))
    }
}
