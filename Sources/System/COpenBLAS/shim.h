#include <cblas.h>

// LAPACK's Cholesky factorization, which every OpenBLAS has; its C interface is left out of some.
void dpotrf_(const char *uplo, const blasint *n, double *a, const blasint *lda, blasint *info);
