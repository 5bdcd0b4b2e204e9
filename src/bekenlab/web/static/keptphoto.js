// Keeps the photo and its marks in the browser while a page is loaded again in another language.

const STORE = "photo-in-another-language";
const MARKS = "marks on the photo";

/**
 * @param {Blob} photo
 * @param {object} marks JSON values
 */
export async function keepPhoto(photo, marks) {
  const store = await caches.open(STORE);
  await store.put("/photo/kept", new Response(photo));
  sessionStorage.setItem(MARKS, JSON.stringify(marks));
}

/**
 * What was kept, once; null if there is nothing.
 * @returns {Promise<{ photo: File, marks: any } | null>}
 */
export async function takeKept() {
  const marks = sessionStorage.getItem(MARKS);
  sessionStorage.removeItem(MARKS);
  if (!marks || !("caches" in globalThis)) return null;
  const found = await caches.match("/photo/kept");
  await caches.delete(STORE);
  return found ? { photo: new File([await found.blob()], "photo"), marks: JSON.parse(marks) } : null;
}
