import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// biome-ignore lint/style/noDefaultExport: vite reads its configuration from the default export
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative, so that the same build is served by a loopback server and opened by a desktop window.
  base: './',
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('../dist/renderer', import.meta.url)),
    emptyOutDir: true,
    rolldownOptions: {
      input: ['index.html', 'overlay.html'].map((page) => fileURLToPath(new URL(page, import.meta.url))),
    },
    sourcemap: false,
    // Every asset is a file: the content security policy knows no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
