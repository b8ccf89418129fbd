/**
 * AES-256-GCM with a 96-bit nonce and a 128-bit tag, all in hexadecimal. "GCM" are the test cases of McGrew and Viega,
 * "The Galois/Counter Mode of Operation", appendix B; "CAVP" are NIST's gcmEncryptExtIV256.rsp, count 0 of each length.
 */
export const gcmVectors = [
  {
    title: "GCM 13: nothing at all",
    key: "00".repeat(32),
    nonce: "00".repeat(12),
    plaintext: "",
    associated: "",
    ciphertext: "",
    tag: "530f8afbc74536b9a963b4f1c4cb738b",
  },
  {
    title: "GCM 14: one block of zeros",
    key: "00".repeat(32),
    nonce: "00".repeat(12),
    plaintext: "00".repeat(16),
    associated: "",
    ciphertext: "cea7403d4d606b6e074ec5d3baf39d18",
    tag: "d0d1c8a799996bf0265b98b5d48ab919",
  },
  {
    title: "GCM 15: four blocks",
    key: "feffe9928665731c6d6a8f9467308308".repeat(2),
    nonce: "cafebabefacedbaddecaf888",
    plaintext:
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
    associated: "",
    ciphertext:
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
    tag: "b094dac5d93471bdec1a502270e3cc6c",
  },
  {
    title: "GCM 16: a broken block and associated data",
    key: "feffe9928665731c6d6a8f9467308308".repeat(2),
    nonce: "cafebabefacedbaddecaf888",
    plaintext:
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    associated: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
    ciphertext:
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
    tag: "76fc6ece0f4e1768cddf8853bb2d551b",
  },
  {
    title: "CAVP: no plaintext, no associated data",
    key: "b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4",
    nonce: "516c33929df5a3284ff463d7",
    plaintext: "",
    associated: "",
    ciphertext: "",
    tag: "bdc1ac884d332457a1d2664f168c76f0",
  },
  {
    title: "CAVP: associated data alone",
    key: "78dc4e0aaf52d935c3c01eea57428f00ca1fd475f5da86a49c8dd73d68c8e223",
    nonce: "d79cf22d504cc793c3fb6c8a",
    plaintext: "",
    associated: "b96baa8c1c75a671bfb2d08d06be5f36",
    ciphertext: "",
    tag: "3e5d486aa2e30b22e040b85723a06e76",
  },
  {
    title: "CAVP: one block of plaintext",
    key: "31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22",
    nonce: "0d18e06c7c725ac9e362e1ce",
    plaintext: "2db5168e932556f8089a0622981d017d",
    associated: "",
    ciphertext: "fa4362189661d163fcd6a56d8bf0405a",
    tag: "d636ac1bbedd5cc3ee727dc2ab4a9489",
  },
] as const;

/** RFC 5869 appendix A, the test cases with SHA-256. */
export const hkdfVectors = [
  {
    title: "A.1: basic",
    secret: "0b".repeat(22),
    salt: "000102030405060708090a0b0c",
    info: "f0f1f2f3f4f5f6f7f8f9",
    okm: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
  },
  {
    title: "A.2: longer inputs and outputs",
    secret: ascending(0x00, 0x4f),
    salt: ascending(0x60, 0xaf),
    info: ascending(0xb0, 0xff),
    okm: "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
  },
  {
    title: "A.3: no salt, no info",
    secret: "0b".repeat(22),
    salt: "",
    info: "",
    okm: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
  },
] as const;

function ascending(from: number, to: number): string {
  return Buffer.from(Array.from({ length: to - from + 1 }, (_, i) => from + i)).toString("hex");
}

/** The examples of FIPS 180 and NIST's additional ones. */
export const sha256Vectors = [
  {
    title: "no message",
    text: "",
    digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  },
  {
    title: "one block",
    text: "abc",
    digest: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  },
  {
    title: "two blocks",
    text: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    digest: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  },
  {
    title: "896 bits",
    text: "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
    digest: "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
  },
  {
    title: "a million letters",
    text: "a".repeat(1_000_000),
    digest: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
  },
] as const;

/** draft-irtf-cfrg-xchacha-03, section 2.2.1: the subkey of a key and the first 16 octets of a nonce. */
export const hchachaVector = {
  key: ascending(0x00, 0x1f),
  nonce: "000000090000004a0000000031415927",
  subkey: "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc",
} as const;

/** The same, appendix A.3.1: XChaCha20-Poly1305. */
export const xchachaVector = {
  key: ascending(0x80, 0x9f),
  nonce: ascending(0x40, 0x57),
  text: "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  associated: "50515253c0c1c2c3c4c5c6c7",
  ciphertext:
    "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52e",
  tag: "c0875924c1c7987947deafd8780acf49",
} as const;
