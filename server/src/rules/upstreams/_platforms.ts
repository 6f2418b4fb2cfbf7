/** Platforms on which one address serves many customers: what they have to be told as the host is the name that is passed to. */
import type { Directive } from '../../config/directive.ts';

/** Domains whose servers hold many customers and tell them apart by the Host header alone, with the name to say it by. */
const PLATFORMS: readonly (readonly [suffix: RegExp, name: string])[] = [
  [/\.herokuapp\.com$/, 'Heroku'],
  [/\.s3[\w.-]*\.amazonaws\.com$/, 'Amazon S3'],
  [/\.cloudfront\.net$/, 'CloudFront'],
  [/\.execute-api\.[\w-]+\.amazonaws\.com$/, 'API Gateway'],
  [/\.lambda-url\.[\w-]+\.on\.aws$/, 'AWS Lambda'],
  [/\.run\.app$/, 'Cloud Run'],
  [/\.appspot\.com$/, 'App Engine'],
  [/\.(?:web\.app|firebaseapp\.com)$/, 'Firebase'],
  [/\.azurewebsites\.net$/, 'Azure App Service'],
  [/\.(?:blob|web)\.core\.windows\.net$/, 'Azure Storage'],
  [/\.vercel\.app$/, 'Vercel'],
  [/\.netlify\.app$/, 'Netlify'],
  [/\.pages\.dev$/, 'Cloudflare Pages'],
  [/\.workers\.dev$/, 'Cloudflare Workers'],
  [/\.github\.io$/, 'GitHub Pages'],
  [/\.gitlab\.io$/, 'GitLab Pages'],
  [/\.onrender\.com$/, 'Render'],
  [/\.fly\.dev$/, 'Fly'],
];

/** The name of the platform that a host belongs to; null for any other host. */
export function platformOf(host: string): string | null {
  const name = host.toLowerCase();
  return PLATFORMS.find(([suffix]) => suffix.test(name))?.[1] ?? null;
}

/** The platform that a pass directive leads to, where its address is written out. */
export function platformBehind(pass: Directive): string | null {
  const host = /^https?:\/\/([^/:$]+)/i.exec(pass.value(0))?.[1];
  return host === undefined ? null : platformOf(host);
}
