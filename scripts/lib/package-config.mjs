/** What the package is called where a name may have no blanks: the executable, the Debian package, its desktop entry. */
export const EXECUTABLE = "hive-console";
export const PRODUCT = "Hive Console";

/** Fuses are bits of the executable that no argument and no variable can turn back. */
export const FUSES = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  loadBrowserProcessSpecificV8Snapshot: false,
  grantFileProtocolExtraPrivileges: false,
};

/** What each platform's packages are, for electron-builder. */
export const TARGETS = {
  linux: ["deb", "rpm", "AppImage"],
  darwin: ["dmg", "zip"],
  win32: ["nsis"],
};

/** The part of the system that makes a kind of package where electron-builder cannot fetch its tools from GitHub. */
export const MADE_WITH = { rpm: "rpm", AppImage: "squashfs" };

/** What Electron links to, and what it starts: for deb in Debian's names, for rpm in Fedora's and openSUSE's. */
const DEPENDS = {
  deb: ["libgtk-3-0", "libnss3", "libasound2", "libgbm1", "libxss1", "libxtst6", "libsecret-1-0", "xdg-utils"].map(
    (name) => (["libgtk-3-0", "libasound2"].includes(name) ? `${name} | ${name}t64` : name),
  ),
  rpm: [
    "(gtk3 or libgtk-3-0)",
    "(nss or mozilla-nss)",
    "(alsa-lib or libasound2)",
    "(mesa-libgbm or libgbm1)",
    "(libXScrnSaver or libXss1)",
    "(libXtst or libXtst6)",
    "(libsecret or libsecret-1-0)",
    "xdg-utils",
  ],
};

/** How each kind of package is compressed: fast for testing; small for people, which takes minutes. */
export const COMPRESSION = {
  fast: { deb: "zst", rpm: "none" },
  small: { deb: "xz", rpm: "xzmt" },
};

/** Every kind of package is given them: electron-builder adds to a list that they share, and each would have more. */
const MIME_TYPES = ["application/x-hive-plan", "application/x-hive-database"];

const ASSOCIATIONS = [
  { ext: "hiveplan", name: "Hive plan", description: "Hive plan", role: "Editor" },
  { ext: "hivedb", name: "Hive database", description: "Hive database", role: "Editor" },
];

/**
 * electron-builder's configuration. Everything that it packs was laid out before, in the stage.
 * @param {{ stage: string, output: string, scripts: string, homepage: string, compression: keyof typeof COMPRESSION,
 *   isSigned: boolean, electron: { version: string, folder: string | null } }} given `stage`: what stagePackage() laid
 *   out; `scripts`: the folder of scripts and texts for installers; `isSigned`: whether there is a certificate to sign
 *   with; `electron.folder`: an unpacked runtime, null for the official one
 */
export function packageConfig({ stage, output, scripts, homepage, compression, isSigned, electron }) {
  const fpm = [`${scripts}/mime.xml=/usr/share/mime/packages/${EXECUTABLE}.xml`];
  const installed = {
    afterInstall: `${scripts}/after-install.sh`,
    afterRemove: `${scripts}/after-remove.sh`,
    mimeTypes: MIME_TYPES,
  };
  return {
    appId: "console.hive",
    productName: PRODUCT,
    copyright: "Copyright (c) 2026 The Hive Console authors",
    electronVersion: electron.version,
    ...(electron.folder === null ? {} : { electronDist: electron.folder }),
    extraMetadata: { homepage, desktopName: `${EXECUTABLE}.desktop`, main: "./out/main/packaged.cjs" },
    directories: { output, buildResources: `${stage}/none` },
    // Nothing is compiled or fetched: the native part comes with its package.
    npmRebuild: false,
    publish: null,
    files: [
      "out/main/**",
      "out/preload/**",
      "out/renderer/**",
      "!out/main/hive.cjs",
      "!**/*.map",
      "!node_modules/**",
      { from: `${stage}/modules`, to: "node_modules", filter: ["**/*"] },
      { from: `${stage}/code/out`, to: "out", filter: ["**/*"] },
      { from: `${stage}/code/node_modules`, to: "node_modules", filter: ["**/*"] },
    ],
    asar: true,
    asarUnpack: ["**/*.node"],
    // Tasks of the samples run in the folder of their plan, which must be a real one.
    extraResources: [
      { from: "resources", to: ".", filter: ["agents/**", "plans/**", "plan.schema.json", "icons/**"] },
      { from: `${stage}/cli`, to: "cli" },
      // Left out by electron-builder where it is not named.
      { from: `${stage}/cli/node_modules`, to: "cli/node_modules" },
      { from: `${stage}/licences`, to: "licences" },
    ],
    electronLanguages: ["en-US"],
    electronFuses: FUSES,
    protocols: [{ name: PRODUCT, schemes: ["hive"] }],
    artifactName: `${EXECUTABLE}-\${version}-\${os}-\${arch}.\${ext}`,
    linux: {
      executableName: EXECUTABLE,
      target: TARGETS.linux,
      icon: "resources/icons",
      category: "Development",
      synopsis: "Operations console for plans of tasks in a SQLite database",
      maintainer: "The Hive Console authors <hive-console@localhost>",
      syncDesktopName: true,
    },
    deb: {
      ...installed,
      depends: DEPENDS.deb,
      packageCategory: "utils",
      fpm,
      compression: COMPRESSION[compression].deb,
    },
    rpm: {
      ...installed,
      depends: DEPENDS.rpm,
      fpm: [
        ...fpm,
        // Without it the folders of the program would be nobody's, and stay when it is removed.
        `--directories=/opt/${PRODUCT}`,
        // fpm's own choice, md5, is refused by systems in FIPS mode.
        "--rpm-digest=sha256",
        // Said here, where electron-builder knows fewer kinds than fpm.
        `--rpm-compression=${COMPRESSION[compression].rpm}`,
      ],
    },
    // Of the older one people would have to install libfuse2 first, which current systems have no more.
    toolsets: { appimage: "1.0.3" },
    appImage: { mimeTypes: MIME_TYPES },
    mac: {
      target: TARGETS.darwin,
      icon: "resources/icons/512x512.png",
      category: "public.app-category.developer-tools",
      fileAssociations: ASSOCIATIONS,
      // Setting the fuses breaks the signature that Electron comes with, and arm64 runs nothing without one: where there is
      // no certificate, it is signed by nobody ("-"), whose libraries a hardened runtime would refuse.
      ...(isSigned ? { hardenedRuntime: true } : { identity: "-", hardenedRuntime: false }),
    },
    dmg: { title: `${PRODUCT} \${version}` },
    win: { target: TARGETS.win32, icon: "resources/icons/256x256.png", fileAssociations: ASSOCIATIONS },
    nsis: {
      oneClick: false,
      perMachine: false,
      allowToChangeInstallationDirectory: true,
      include: `${scripts}/installer.nsh`,
      license: "LICENSE",
      // Databases and settings belong to whoever made them.
      deleteAppDataOnUninstall: false,
    },
  };
}
